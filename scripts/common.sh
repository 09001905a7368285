# Functions that the other scripts share; they source this file.

# The comment at the head of a script: what --help prints.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1"; }

# Whether --help or -h is among the arguments.
asks_for_help() {
  local argument
  for argument in "$@"; do
    case $argument in --help | -h) return 0 ;; esac
  done
  return 1
}

# quietly WHAT COMMAND...   runs a command or function without its output. Says what is done; every four seconds how long it has
# taken and the latest line of the output; and the end of the output where the command fails.
quietly() {
  local log begin=$SECONDS status
  log=$(mktemp)
  echo "$1" >&2
  shift
  exec 3< <(set +e; "$@" >"$log" 2>&1; echo $?)
  until read -r -t 4 -u 3 status; do
    printf '  %3d s  %.100s\n' $((SECONDS - begin)) "$(tail -n 1 "$log")" >&2
  done
  exec 3<&-
  [ "$status" -eq 0 ] || tail -n 60 "$log" >&2
  rm -f "$log"
  return "$status"
}
