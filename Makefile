# The words one needs; what they do stands in CMakePresets.json and tools/.
.PHONY: build run test bench fuzz format tidy package clean

EVIDENCE ?=

build:
	tools/bootstrap.sh && cmake --workflow --preset build

# Builds, makes the harmless sample case (or takes EVIDENCE=/path), runs the whole main job on it.
run: build
	tools/run_sample.sh $(EVIDENCE)

# Builds with the address and UB sanitizers, runs every test, checks the module graph and the format.
test:
	tools/bootstrap.sh && cmake --workflow --preset dev

# Benchmarks, and the peers of tools/bench_peers.py side by side; writes nothing to docs/.
bench:
	tools/bootstrap.sh && cmake --workflow --preset bench

# Each fuzz target for FUZZ_SECONDS (default 10).
fuzz:
	tools/bootstrap.sh && tools/fuzz_all.sh

format:
	cmake --workflow --preset format

# clang-tidy over what changed since BASE (default: the parent commit).
tidy:
	tools/bootstrap.sh && tools/tidy_changed.sh

package: build
	cd build/release && cpack

clean:
	rm -rf build
