#!/usr/bin/python3
"""Every figure of the benchmark suite beside its peer or the machine's limit, measured in the same run: a table, and JSON.

    suite.py BUILD [--json FILE] [--chart FILE] [PART...]

A figure is a ratio: times on machines that others use say little by themselves.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent


def google(program, pattern):
    """What a Google Benchmark program measures, by name: the median of three repetitions."""
    command = [program, f"--benchmark_filter={pattern}", "--benchmark_format=json", "--benchmark_repetitions=3",
               "--benchmark_report_aggregates_only=true"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return {b["run_name"].removesuffix("/real_time"): b for b in found["benchmarks"] if b["aggregate_name"] == "median"}


def wall_ms(command, times=7):
    """The median wall time of a whole process."""
    taken = []
    for _ in range(times + 1):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        taken.append(1e3 * (time.perf_counter() - start))
    return statistics.median(taken[1:])


def figure(part, name, ours, theirs, unit, peer, bar):
    """@param bar ours must be at least so many times as good  @param unit "ms" or "MB", where less is better, or a rate"""
    ratio = theirs / ours if unit in ("ms", "MB") else ours / theirs
    return {"part": part, "figure": name, "ours": ours, "theirs": theirs, "unit": unit, "peer": peer, "ratio": ratio, "bar": bar}


def forward(build):
    """Figure 1: the pass with every stage and head inspectable, against PyTorch's and the machine's own products."""
    ours = google(build / "tests/bench/core_bench", "^(forwardPass|passAndEveryHead|tokenAppended|lastTokenChanged|middleTokenChanged|largeProduct)/")
    peer = [json.loads(line) for line in
            subprocess.run([sys.executable, HERE / "peer_gpt2.py", "64", "256", "1024"], capture_output=True, check=True, text=True).stdout.splitlines()]
    for side in peer:
        tokens = side["tokens"]
        yield figure("forward", f"GPT-2's shape, {tokens} tokens", ours[f"forwardPass/{tokens}"]["real_time"], side["ms"], "ms",
                     "PyTorch", {64: 2.0, 256: 2.5, 1024: 4.0}[tokens])
        yield figure("forward", f"the same, and every head's weights, {tokens} tokens", ours[f"passAndEveryHead/{tokens}"]["real_time"],
                     side["ms"], "ms", "PyTorch", None)
        if tokens == 256:
            for name, words in (("tokenAppended", "one token appended"), ("lastTokenChanged", "last token changed")):
                yield figure("forward", f"{words}, 256 tokens", ours[f"{name}/256"]["real_time"], side["ms"], "ms", "PyTorch's whole pass", 15.0)
    # Half the rows can have changed; attention's part of them is three quarters.
    yield figure("forward", "token in the middle changed, 256 tokens", ours["middleTokenChanged/256"]["real_time"],
                 ours["forwardPass/256"]["real_time"], "ms", "the whole pass", 1.5)
    yield figure("forward", "rate of products, 256 tokens", ours["forwardPass/256"]["operations"] / 1e9,
                 ours["largeProduct/2048"]["operations"] / 1e9, "GFLOP/s", "2048³ product", 0.75)


def length(build):
    """Figure 9: a pass's time against the operations that theory counts, from 16 to 8,192 tokens; the ratio is to the best rate."""
    measured = google(build / "tests/bench/core_bench", "^passOfLength/")
    runs = [(int(name.split("/")[1]), run["real_time"], run["work"]) for name, run in measured.items()]
    best = max(work / ms for _, ms, work in runs)
    for tokens, ms, work in runs:
        yield figure("length", f"GPT-2's shape, {tokens} tokens", ms, work / best, "ms", "operations at the best rate", None)


def draw_lengths(figures, path):
    """What `length` measured as a chart, with theory beside it."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    runs = [(int(f["figure"].split()[-2]), f["ours"], f["theirs"]) for f in figures if f["part"] == "length"]
    tokens, ours, theory = zip(*runs)
    chart, axes = plt.subplots(figsize=(7, 4.2))
    axes.loglog(tokens, ours, "o-", base=2, label="measured")
    axes.loglog(tokens, theory, "--", base=2, color="0.5", label="operations of the pass at the best rate measured")
    axes.set_xlabel("tokens")
    axes.set_ylabel("milliseconds a pass")
    axes.set_xticks(tokens, [f"{t:,}" for t in tokens])
    axes.set_yticks(marks := [10, 30, 100, 300, 1000, 3000, 10000], [f"{m:,}" for m in marks])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    chart.tight_layout()
    chart.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def live(build):
    """What is worked out beside a pass of 256 tokens and 144 heads, and what a keystroke takes until the frame is painted."""
    core = google(build / "tests/bench/core_bench", "(forwardPass|measuresOfAllHeads|similarityOfAllHeads|rollout|normWeightedHead)/256")
    for name, words in (("measuresOfAllHeads", "measures of all heads"), ("similarityOfAllHeads", "similarity to all heads"),
                        ("rollout", "rollout"), ("normWeightedHead", "norm-weighted head")):
        yield figure("live", f"{words}, 256 tokens", core[f"{name}/256"]["real_time"], core["forwardPass/256"]["real_time"], "ms", "the pass", None)
    window = google(build / "tests/bench/window_bench", "typing|galleryFrame")
    peer = peer_small()
    slowest = window["typing/bundled/heads/64"]["p99"]
    yield figure("live", "key to painted heads, bundled model, 64 tokens", window["typing/bundled/heads/64"]["real_time"], peer, "ms",
                 "PyTorch's pass alone", 1.0)
    yield figure("live", "the same, 99 of 100", slowest, 16.0, "ms", "a frame of 16 ms", 1.0)
    for page in ("heatmap", "heads"):
        yield figure("live", f"key to painted {page}, 256 tokens", window[f"typing/gpt2_shape/{page}/256"]["real_time"],
                     core["forwardPass/256"]["real_time"], "ms", "the pass", None)
    yield figure("live", "gallery of 144 heads, 256 tokens, new data", window["galleryFrame/gpt2_shape/256"]["real_time"], 8.0, "ms", "8 ms", 1.0)


def peer_small():
    """PyTorch's pass of the bundled model's shape, 64 tokens."""
    shape = ["--layers", "4", "--heads", "8", "--width", "128"]
    run = subprocess.run([sys.executable, HERE / "peer_gpt2.py", *shape, "64"], capture_output=True, check=True, text=True)
    return json.loads(run.stdout)["ms"]


def long(build):
    """Figures 6, 7 and 11: a head of 32,768 tokens, and 144 heads of 512, from a recorded trace."""
    core = google(build / "tests/bench/core_bench", "^(wholeOfALongHead/32768|cellsOfALongHead/32768|largeProduct/)")
    yield figure("long", "row normalisers of a 32,768-token head", core["wholeOfALongHead/32768/1"]["operations"] / 1e9,
                 core["largeProduct/2048"]["operations"] / 1e9, "GFLOP/s", "2048³ product", 0.6)
    yield figure("long", "1,000 × 1,000 cells of it", core["cellsOfALongHead/32768"]["real_time"], 16.0, "ms", "a frame of 16 ms", 1.0)
    window = google(build / "tests/bench/window_bench", "opening/vectors/heatmap/32768|panAndZoom/32768")
    opening = window["opening/vectors/heatmap/32768"]
    yield figure("long", "32,768 tokens × 16 heads: open to first rows", opening["first"], 200.0, "ms", "200 ms", 1.0)
    yield figure("long", "the same, to the whole picture", opening["real_time"], 200.0, "ms", "200 ms", None)
    yield figure("long", "the same, pan and zoom, 99 of 100 frames", window["panAndZoom/32768"]["p99"], 16.0, "ms", "16 ms", 1.0)
    yield figure("long", "the same, memory of the process", window["panAndZoom/32768"]["resident"] / 1e6, 300.0, "MB", "300 MB", 1.0)
    heads = google(build / "tests/bench/window_bench", "opening/weights/heads/512|hovering/512")
    yield figure("long", "512 tokens × 144 heads: open to all drawn", heads["opening/weights/heads/512"]["real_time"], 150.0, "ms", "150 ms", 1.0)
    yield figure("long", "the same, mouse to all highlighted, 99 of 100", heads["hovering/512"]["p99"], 16.0, "ms", "16 ms", 1.0)


def start(build):
    """Figure 8: a process until its first heatmap is painted, against a bare Qt window with one QCustomPlot."""
    program = build / "tests/bench/start_bench"
    yield figure("start", "start to first heatmap", wall_ms([program, "headlight"]), wall_ms([program, "bare"]), "ms",
                 "a window with one QCustomPlot", 0.5)


def memory(build):
    """Figure 5: what a pass and a look at every head take beyond the model, against all heads' weights."""
    ours = google(build / "tests/bench/core_bench", "^memoryOfAPass/1024")["memoryOfAPass/1024/iterations:1"]
    yield figure("memory", "GPT-2's shape, 1024 tokens, every head looked at", ours["bytes"] / 1e6, ours["bytes"] / ours["share"] / 1e6, "MB",
                 "all heads' weights", 5.0)


def render(build):
    """Figure 12: a labelled 64 × 64 head as PNG, the whole process, against matplotlib's saving alone of as many pixels."""
    with tempfile.TemporaryDirectory() as folder:
        words = " ".join(["the dog saw the street and"] * 11).split()[:64]
        ours = wall_ms([build / "app/headlight", "render", "--view", "heatmap", "--text", " ".join(words), "-o", f"{folder}/ours.png"])
        script = ("import sys,time,matplotlib; matplotlib.use('Agg'); import matplotlib.pyplot as plt, numpy as np\n"
                  "w=np.random.rand(64,64); l=sys.argv[2].split(); f,a=plt.subplots(figsize=(9,8.85),dpi=244); m=a.imshow(w); f.colorbar(m)\n"
                  "a.set_xticks(range(64),l,rotation=60,fontsize=6); a.set_yticks(range(64),l,fontsize=6)\n"
                  "f.savefig(sys.argv[1]); t=time.perf_counter(); f.savefig(sys.argv[1]); print(1e3*(time.perf_counter()-t))")
        theirs = float(subprocess.run([sys.executable, "-c", script, f"{folder}/theirs.png", " ".join(words)], capture_output=True, check=True, text=True).stdout)
    yield figure("render", "a labelled 64 × 64 head as PNG", ours, theirs, "ms", "matplotlib's savefig", 1.0)


PARTS = {"forward": forward, "length": length, "live": live, "memory": memory, "long": long, "start": start, "render": render}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("build", type=pathlib.Path)
    arguments.add_argument("--json", type=pathlib.Path)
    arguments.add_argument("--chart", type=pathlib.Path, help="where to draw what part length measures")
    arguments.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART", help=", ".join(PARTS))
    options = arguments.parse_intermixed_args()
    figures = [each for part in options.parts or PARTS for each in PARTS[part](options.build)]
    print(f"{'figure':<52}{'ours':>10}{'peer':>10}  {'':<8} {'ratio':>7}{'bar':>6}  peer")
    for f in figures:
        bar = "" if f["bar"] is None else f"{f['bar']:g}"
        missed = "" if f["bar"] is None or f["ratio"] >= f["bar"] else "  not reached"
        print(f"{f['figure']:<52}{f['ours']:>10.2f}{f['theirs']:>10.2f}  {f['unit']:<8} {f['ratio']:>7.2f}{bar:>6}  {f['peer']}{missed}")
    if options.chart:
        draw_lengths(figures, options.chart)
    if options.json:
        options.json.write_text(json.dumps({"cores": os.cpu_count(), "figures": figures}, indent=2) + "\n")


if __name__ == "__main__":
    main()
