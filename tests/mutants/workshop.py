"""Builds tests against headers of which one was changed, as cheaply as that goes.

The library is built as knobless::compiled is, but each implementation (.ipp) is an object of its own, and together they are a
shared library. A test whose implementation was changed need not be built again: one object is compiled and the library is
linked anew, in a second or two. A header (.hpp) may be compiled into anything, so the test is compiled anew, headers only,
against a copy of all headers. What most files include from elsewhere is in a precompiled header.
"""
import os
import pathlib
import re
import shutil
import subprocess

root = pathlib.Path(__file__).resolve().parent.parent.parent
include = root / "include"
tests = root / "tests"

# Clang compiles without optimisation in half of g++'s time.
compiler = os.environ.get("CXX", "clang++" if shutil.which("clang++") else "c++").split()
linker = ["-fuse-ld=lld"] if shutil.which("ld.lld") else []
flags = ["-std=c++20", "-O0", "-w", "-fPIC", "-D_GLIBCXX_ASSERTIONS", f"-I{tests}", "-isystem", "/usr/include/eigen3"]
outside = ["doctest/doctest.h", "algorithm", "atomic", "condition_variable", "functional", "map", "memory", "mutex", "optional",
           "set", "sstream", "string", "thread", "variant", "vector", "Eigen/Core"]


def build(*command):
    """What the compiler said, or None where all went well."""
    done = subprocess.run([*compiler, *map(str, command)], capture_output=True, text=True)
    return None if done.returncode == 0 else done.stderr or "the compiler failed"


def must(said):
    if said:
        raise SystemExit(said)


def flat(path):
    """A path as the name of one file."""
    return str(path).replace("/", "_").removesuffix(".cpp")


def implementations():
    """The .ipp files that src/knobless.cpp includes, each with what is instantiated of it."""
    text = (root / "src" / "knobless.cpp").read_text()
    found = {name: "" for name in re.findall(r"#include <knobless/(.*\.ipp)>", text)}
    for line in re.findall(r"^template class .*;\n", text, re.MULTILINE):
        (part,) = [name for name in found if pathlib.Path(name).stem in line]
        found[part] += line
    return found


class workshop:
    """A folder with all that mutants share."""

    def __init__(self, scratch, pool):
        self.scratch = scratch
        self.parts = implementations()
        shutil.rmtree(scratch, ignore_errors=True)
        for folder in ("parts", "tests"):
            (scratch / folder).mkdir(parents=True)
        for name in ("main", "allocations"):
            must(build(*flags, f"-I{include}", "-c", tests / f"{name}.cpp", "-o", scratch / f"{name}.o"))
        others = "".join(f"#include <{name}>\n" for name in outside)
        compiled = [*flags, f"-I{include}", "-DKNOBLESS_COMPILED"]
        self.headers_only = self.precompiled("headers_only", others, flags)
        self.of_tests = self.precompiled("of_tests", others, compiled)
        # What takes time in a test is here.
        self.of_parts = self.precompiled("of_parts", others + "#include <knobless/knobless.hpp>\n", [*compiled, "-O1"])
        for said in pool.map(lambda part: self.build_part(part, include, scratch / "parts"), self.parts):
            must(said)
        must(self.link_parts(scratch / "parts"))

    def precompiled(self, name, text, options):
        header = self.scratch / f"{name}.hpp"
        header.write_text(text)
        must(build(*options, "-x", "c++-header", header, "-o", f"{header}.gch"))
        return [*options, "-include", header]

    def build_part(self, part, headers, folder):
        """The object of an implementation, which is read from `headers`; what it includes is the unchanged library's."""
        source = folder / f"{flat(part)}.cpp"
        source.write_text(f'#include "{headers}/knobless/{part}"\n{self.parts[part]}')
        beside = (include / "knobless" / part).parent
        return build(*self.of_parts, "-iquote", beside, "-c", source, "-o", folder / f"{flat(part)}.o")

    def link_parts(self, folder):
        """The library, of the objects in `folder` where they are there."""
        names = [f"{flat(part)}.o" for part in self.parts]
        objects = [folder / n if (folder / n).exists() else self.scratch / "parts" / n for n in names]
        return build(*linker, "-shared", *objects, "-pthread", "-o", folder / "libparts.so")

    def link_test(self, thing, program, *libraries):
        return build(*linker, thing, self.scratch / "main.o", self.scratch / "allocations.o", *libraries, "-pthread", "-o", program)

    def build_test(self, test):
        """The test on the unchanged library, as a program that `passes` can run with another one."""
        thing = self.scratch / "tests" / f"{flat(test)}.o"
        said = build(*self.of_tests, "-c", tests / test, "-o", thing)
        return said or self.link_test(thing, self.scratch / "tests" / flat(test), f"-L{self.scratch / 'parts'}", "-lparts")

    def mutant(self, name, file, text):
        """The library with `text` in one of its files, which is named from include/knobless on."""
        return mutant(self, self.scratch / "mutants" / str(name), file, text)

    def passes(self, test, case="*", parts=None, seconds=60):
        program = self.scratch / "tests" / flat(test)
        return passes(program, case, parts or self.scratch / "parts", seconds)


class mutant:
    """`fault` says why it can't be built, if so."""

    def __init__(self, shop, folder, file, text):
        self.shop, self.folder, self.fault = shop, folder, None
        shutil.rmtree(folder, ignore_errors=True)
        self.in_part = file in shop.parts
        changed = folder / "include" / "knobless" / file
        if self.in_part:
            changed.parent.mkdir(parents=True)
        else:
            shutil.copytree(include, folder / "include")
        changed.write_text(text)
        if self.in_part:
            self.fault = shop.build_part(file, folder / "include", folder) or shop.link_parts(folder)

    def passes(self, test, case="*", seconds=60):
        """Whether the test passes. Where it can't be built, `fault` says so."""
        if self.in_part:
            return self.shop.passes(test, case, self.folder, seconds)
        thing, program = self.folder / "test.o", self.folder / "test"
        own = [*self.shop.headers_only, f"-I{self.folder / 'include'}"]
        self.fault = build(*own, "-c", tests / test, "-o", thing) or self.shop.link_test(thing, program)
        return not self.fault and passes(program, case, self.folder, seconds)

    def remove(self):
        shutil.rmtree(self.folder)


def passes(program, case, parts, seconds):
    """Whether the test cases pass in that time. One that takes longer has noticed something."""
    try:
        done = subprocess.run([str(program), f"--test-case={case}"], capture_output=True, text=True, errors="replace",
                              timeout=seconds, env={**os.environ, "LD_LIBRARY_PATH": str(parts)})
    except subprocess.TimeoutExpired:
        return False
    if "test cases: 0 " in done.stdout.replace("  ", " "):
        raise SystemExit(f"no test case is called '{case}'")
    return done.returncode == 0
