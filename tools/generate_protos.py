"""Generates the Python code of the protos, and proves that what is committed is what they say.

`python -m tools.generate_protos` writes libs/danke and libs/buf; with `--verify` it writes to a
temporary folder instead and exits 1, naming each file that differs.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[1]
PROTO = ROOT / "proto"
VENDOR = PROTO / "vendor"
LIBS = ROOT / "libs"

OURS = "danke"
# google/* comes generated in googleapis-common-protos; no package ships this one.
VENDORED = "buf/validate/validate.proto"
GENERATED_SUFFIXES = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py")


def main() -> int:
    """Generate, or verify; the exit code is 1 if anything is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verify", action="store_true", help="compare only, write nothing")
    verify: bool = parser.parse_args().verify

    with tempfile.TemporaryDirectory(prefix="danke-protos-") as folder:
        fresh = Path(folder)
        generate(fresh)
        stale = stale_files(fresh, LIBS)
        if verify:
            return report(stale)
        for path in stale:
            replace(fresh / path, LIBS / path)
        add_package_files()
    print(f"protos: {len(stale)} generated files written")
    return 0


def generate(out: Path) -> None:
    """Run protoc over our protos and the vendored one; raises SystemExit if it fails."""
    ours = [path.relative_to(PROTO).as_posix() for path in sorted((PROTO / OURS).rglob("*.proto"))]
    with_services = [name for name in ours if has_service(PROTO / name)]
    run_protoc([f"--python_out={out}", f"--pyi_out={out}", *ours, VENDORED])
    if with_services:
        run_protoc([f"--grpc_python_out={out}", *with_services])


def run_protoc(arguments: list[str]) -> None:
    """Run protoc with our import paths; raises SystemExit with its code if it fails."""
    well_known = resources.files("grpc_tools") / "_proto"
    includes = [f"-I{PROTO}", f"-I{VENDOR}", f"-I{well_known}"]
    code: int = protoc.main(["protoc", *includes, *arguments])
    if code != 0:
        raise SystemExit(code)


def has_service(proto: Path) -> bool:
    """Tell whether the file declares a service: gRPC stubs of one without are an empty module."""
    return any(line.startswith("service ") for line in proto.read_text("utf-8").splitlines())


def stale_files(fresh: Path, committed: Path) -> list[Path]:
    """Files that differ, are missing, or whose proto is gone; relative to both folders."""
    names = set(generated_files(fresh)) | set(generated_files(committed))
    return sorted(name for name in names if content(fresh / name) != content(committed / name))


def generated_files(folder: Path) -> Iterator[Path]:
    """Every file protoc could have written below the folder, relative to it."""
    for top in (OURS, "buf"):
        for path in (folder / top).rglob("*"):
            if path.name.endswith(GENERATED_SUFFIXES):
                yield path.relative_to(folder)


def content(path: Path) -> bytes | None:
    """The file's bytes, None if there is no such file."""
    return path.read_bytes() if path.exists() else None


def replace(fresh: Path, committed: Path) -> None:
    """Bring one committed file up to date; remove it if its proto is gone."""
    if not fresh.exists():
        committed.unlink()
        return
    committed.parent.mkdir(parents=True, exist_ok=True)
    committed.write_bytes(fresh.read_bytes())


def add_package_files() -> None:
    """Make each folder of danke a package: import-linter does not look into any other."""
    for path in generated_files(LIBS):
        folder = LIBS / path.parent
        if path.parts[0] != OURS:
            continue
        for package in (folder, folder.parent):
            init = package / "__init__.py"
            if not init.exists():
                name = ".".join(package.relative_to(LIBS).parts)
                init.write_text(f'"""{name}: generated from proto/, never edited."""\n', "utf-8")


def report(stale: list[Path]) -> int:
    """Say what is stale; 0 if nothing is."""
    if not stale:
        print("protos: generated code is up to date")
        return 0
    for path in stale:
        print(f"stale: {(LIBS / path).relative_to(ROOT)}", file=sys.stderr)
    print("protos: generated code is stale; run `make proto` and commit", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
