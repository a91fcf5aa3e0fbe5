#!/bin/sh
# Builds libeop_relay.so as it is shipped, for x86-64 Linux, and prints where it is. Zig's linker takes it down
# to glibc 2.28 (RHEL 8, Debian 10); where pip cannot install that, it asks for this system's C library.
#   build/linux.sh
# Needs cargo, and python3 with venv for cargo-zigbuild and zig, which go to target/tools.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}
tools=$root/target/tools/zigbuild
gnu=x86_64-unknown-linux-gnu

# Alone, for cargo leaves link-time optimisation out of a library that is cdylib and rlib at once.
set -- rustc --quiet --locked --release --lib --crate-type cdylib
if [ -x "$tools/bin/cargo-zigbuild" ] ||
    { python3 -m venv "$tools" && "$tools/bin/pip" install --quiet cargo-zigbuild==0.24.1 ziglang==0.17.1; } >&2; then
    PATH=$tools/bin:$PATH cargo-zigbuild "$@" --target "$gnu.2.28" >&2
    echo "$target/$gnu/release/libeop_relay.so"
else
    echo "linux.sh: the library needs this system's C library (cargo-zigbuild cannot be installed)" >&2
    cargo "$@" >&2
    echo "$target/release/libeop_relay.so"
fi
