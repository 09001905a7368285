#!/usr/bin/env python3
"""`knobless serve`: who is answered, what is refused, that it follows the journal, and that Ctrl-C ends it.
  serve_test.py <journal_kept> <knobless>
Exit code 77: it was built without a server.
"""
import os, re, signal, socket, subprocess, sys, tempfile

kept, knobless = sys.argv[1:3]
scratch = tempfile.TemporaryDirectory()
journal = os.path.join(scratch.name, "study.log")
secret = os.path.join(scratch.name, "secret")
open(secret, "w").write("not for browsers")


def search(trials):
    subprocess.run([kept, journal, str(trials)], check=True, stdout=subprocess.DEVNULL)


search(20)
server = subprocess.Popen([knobless, "serve", journal, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
line = server.stdout.readline()
if not line:
    trouble = server.stderr.read()
    print("skipped: " + trouble)
    sys.exit(77 if "without cpp-httplib" in trouble else 1)
port = int(re.match(r"http://127\.0\.0\.1:(\d+)/", line).group(1))
own = f"127.0.0.1:{port}"


def ask(head, alone=False):
    """Sends bytes as they are; the answer, or b"" where the connection was closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
        s.settimeout(20)
        answer = b""
        try:
            s.sendall(head)
            if alone:  # nothing follows: the server need not wait for more
                s.shutdown(socket.SHUT_WR)
            while part := s.recv(65536):
                answer += part
        except OSError:
            pass
        return answer


def get(path, host=own, more="", method="GET"):
    answer = ask(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n".encode())
    return int(answer.split()[1]) if answer else 0, answer


try:
    status, page = get("/")
    assert status == 200 and b"<body data-live>" in page
    head = page.split(b"\r\n\r\n")[0]
    for header in (b"Content-Security-Policy: default-src 'none'", b"X-Content-Type-Options: nosniff", b"connect-src 'self'"):
        assert header in head, header
    assert get("/", "localhost:%d" % port)[0] == 200

    # Nothing but the page and its data, whatever the path.
    for path in ("/../secret", "/%2e%2e/secret", "/..%2fsecret", "//" + secret, secret, "/data/../../secret", "/study.log", "/\x01", "/" + "a" * 5000):
        status, answer = get(path)
        assert status in (400, 404, 414), (path, status)
        assert b"not for browsers" not in answer
    # Not under another name: a page from elsewhere would read the journal (DNS rebinding).
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port}.evil.example", "", "a" * 5000):
        assert get("/", host)[0] in (0, 400, 403), host
    # Read-only.
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert get("/", method=method)[0] == 405, method
    # Headers and requests that are none.
    for odd in (b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 100000 + b"\r\n\r\n", b"GET /\r\n\r\n", b"\x00\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"\r\n"):
        answer = ask(odd, alone=True)
        assert b" 200 " not in answer.split(b"\r\n")[0], odd

    # It follows the journal, and says so by a tag.
    status, answer = get("/data")
    assert status == 200 and b'"all":20,' in answer
    tag = re.search(rb"ETag: (\S+)", answer).group(1).decode()
    assert get("/data", more=f"If-None-Match: {tag}\r\n")[0] == 304
    search(30)
    status, answer = get("/data", more=f"If-None-Match: {tag}\r\n")
    assert status == 200 and b'"all":30,' in answer

    # Two at one address: the second says why not.
    second = subprocess.run([knobless, "serve", journal, "--port", str(port)], capture_output=True, text=True, timeout=60)
    assert second.returncode == 3 and "the port is taken" in second.stderr, second

    # Ctrl-C, while a browser is connected.
    with socket.create_connection(("127.0.0.1", port)) as waiting:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=60)
        assert server.returncode == -signal.SIGINT
finally:
    server.kill()
print("served, refused, followed, ended")
