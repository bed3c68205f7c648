#!/usr/bin/env python3
"""The main job beside the tools that people use for it today, in one run on one machine.

Makes two sets of random files, an ext4 image of each, and measures CPU seconds (user and system, of all
processes), wall seconds and the largest process:
  media   820 files of 0.3 to 5 MB, about 2.1 GB
  small   87,440 files, mean 20 KB, about 1.8 GB
Peers: tsk_recover + hashdeep -c md5,sha1,sha256 for an image, hashdeep alone for a folder. Rempart does three
digests and a durable catalogue, recognition off; with and without the digest of the medium as a whole.
REMPART_BENCH_SHARE (default 1.0) makes smaller sets, for a try.
"""
import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHARE = float(os.environ.get("REMPART_BENCH_SHARE", "1.0"))


def make_set(folder, name):
    chance = random.Random(name)
    if name == "media":
        count, size = int(820 * SHARE), lambda: chance.randrange(300_000, 4_880_000)
    else:
        count, size = int(87_440 * SHARE), lambda: int(chance.expovariate(1 / 20_500)) + 1
    for i in range(count):
        place = folder / f"d{i // 400:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"f{i:06}.bin").write_bytes(os.urandom(size()))


def make_image(folder, image):
    files = [path for path in folder.rglob("*") if path.is_file()]
    used = sum((path.stat().st_size + 4095) // 4096 * 4096 for path in files)
    blocks = int(used * 1.12 / 4096) + 16_384
    subprocess.run(["/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-N", str(len(files) + 4_000), "-d",
                    str(folder), str(image), str(blocks)], check=True)


def measure(*commands):
    """(CPU seconds, wall seconds, largest MB) of the commands one after the other."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    largest = 0
    for command in commands:
        with open(os.devnull, "w") as nowhere:
            process = subprocess.Popen(list(map(str, command)), stdout=nowhere, stderr=nowhere)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        largest = max(largest, usage.ru_maxrss / 1024)
        if process.returncode not in (0, 3):
            sys.exit(f"{command[0]} ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return cpu, time.monotonic() - start, largest


def ours(program, folder, evidence, *flags):
    case = folder / "case"
    shutil.rmtree(case, ignore_errors=True)
    subprocess.run([program, "case", "new", case, "--name", "b", "--authority", "b", "--legal-basis", "b",
                    "--purpose", "b", "--review-date", "2030-01-01"], check=True, stdout=subprocess.DEVNULL)
    return measure([program, "ingest", case, evidence, "--no-recognition", *flags])


def row(what, figures, peer=None):
    cpu, wall, largest = figures
    ratio = f"{cpu / peer[0]:6.2f}" if peer else "      "
    print(f"{what:58} {cpu:7.2f} {wall:7.2f} {largest:7.0f}  {ratio}", flush=True)


def bench(program, name, folder):
    files, image, recovered = folder / name, folder / f"{name}.raw", folder / "recovered"
    make_set(files, name)
    make_image(files, image)
    size = sum(path.stat().st_size for path in files.rglob("*") if path.is_file())
    print(f"\n{name}: {sum(1 for path in files.rglob('*') if path.is_file())} files, {size / 1e9:.2f} GB")
    print(f"{'':58} {'CPU s':>7} {'wall s':>7} {'max MB':>7}  CPU ratio")
    digest = ["hashdeep", "-r", "-c", "md5,sha1,sha256", "-j2"]
    for path in files.rglob("*"):  # into the page cache: what is compared is the work, not the disk
        if path.is_file():
            path.read_bytes()
    with open(image, "rb") as data:
        while data.read(1 << 24):
            pass
    shutil.rmtree(recovered, ignore_errors=True)
    peer = measure(["tsk_recover", "-a", image, recovered], [*digest, recovered])
    shutil.rmtree(recovered, ignore_errors=True)
    row("image: tsk_recover -a, hashdeep md5,sha1,sha256", peer)
    row("image: rempart ingest, no medium digest", ours(program, folder, image, "--no-medium-digest"), peer)
    row("image: rempart ingest, medium digest too", ours(program, folder, image), peer)
    peer = measure([*digest, files])
    row("folder: hashdeep md5,sha1,sha256", peer)
    row("folder: rempart ingest", ours(program, folder, files), peer)
    shutil.rmtree(files)
    image.unlink()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("build_dir", metavar="BUILD_DIR", type=Path)
    arguments.add_argument("work_dir", metavar="WORK_DIR", type=Path, nargs="?", help="default: BUILD_DIR")
    given = arguments.parse_args()
    program = given.build_dir.resolve() / "bin" / "rempart"
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True,
                            cwd=Path(__file__).parent).stdout.strip()
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"commit {commit}, {os.cpu_count()} x {cpu}, load {os.getloadavg()[0]:.1f}, {time.strftime('%Y-%m-%d')}")
    with tempfile.TemporaryDirectory(dir=given.work_dir or given.build_dir, prefix="bench-") as folder:
        for name in ("media", "small"):
            bench(program, name, Path(folder))


if __name__ == "__main__":
    main()
