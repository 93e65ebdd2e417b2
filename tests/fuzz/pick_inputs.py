#!/usr/bin/env python3
"""Picks the inputs that reach the most: pick_inputs.py MERGE_CONTROL_FILE FOLDER

Reads what libFuzzer's -merge_control_file says of a corpus and makes FOLDER hold at most MOST of its inputs: each time the one that
reaches the most edges that none before it does, of equals the shortest. What is in FOLDER under a name of its own stays.
"""
import pathlib
import sys

MOST = 40
HASH_DIGITS = 12  # of libFuzzer's names


def read_control(path):
    """The inputs with the edges that each reaches."""
    lines = pathlib.Path(path).read_text().splitlines()
    count = int(lines[0])
    inputs = [pathlib.Path(line) for line in lines[2:2 + count]]
    edges = {}
    for line in lines[2 + count:]:
        kind, *numbers = line.split()
        if kind == "COV":
            edges[inputs[int(numbers[0])]] = set(numbers[1:])
    return edges


def is_hash(name):
    return len(name) in (HASH_DIGITS, 40) and all(digit in "0123456789abcdef" for digit in name)


def main():
    edges = read_control(sys.argv[1])
    folder = pathlib.Path(sys.argv[2]).resolve()
    # An input that crashed once has no edges of its own to show for it, so it stays.
    kept = {path for path in folder.iterdir() if not is_hash(path.name)}
    reached = set().union(*(found for path, found in edges.items() if path.resolve() in kept))
    chosen = []
    rest = {path: found for path, found in edges.items() if path.resolve() not in kept}
    while rest and len(kept) + len(chosen) < MOST:
        best = max(rest, key=lambda path: (len(rest[path] - reached), -path.stat().st_size))
        if not rest[best] - reached:
            break
        reached |= rest.pop(best)
        chosen.append((best.name[:HASH_DIGITS], best.read_bytes()))
    for path in folder.iterdir():
        if path not in kept:
            path.unlink()
    for name, content in chosen:
        (folder / name).write_bytes(content)
    total = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{len(kept)} inputs with a name and {len(chosen)} more: {total} bytes, {len(reached)} edges")


main()
