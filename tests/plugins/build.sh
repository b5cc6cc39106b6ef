#!/usr/bin/env bash
# Builds the example plugins as somebody does who has nothing of Patchbay but its C header: each in a
# temporary copy of its folder, by the command in its README, beside a fresh `include` folder with
# patchbay/abi.h and abi_values.h.
#
#   tests/plugins/build.sh OUT_FOLDER     the plugins end in OUT_FOLDER/NAME, ready to be loaded
#   tests/plugins/build.sh --sources FOLDER OUT_FOLDER
#                                         the same with the examples as FOLDER keeps them
#
# Needs make, gcc, clang-14 with libc++, and rustc 1.63 or later; scripts/setup installs them.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
sources=$here
if [[ ${1:-} == --sources && $# == 3 ]]; then
  sources=$(cd "$2" && pwd)
  shift 2
fi
(($# == 1)) || {
  sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 64
}
mkdir -p "$1"
out=$(cd "$1" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/include/patchbay"
cp "$root"/core/sdk/patchbay/abi{,_values}.h "$work/include/patchbay/"

for name in c-hello cpp-libcxx rust-local; do
  command=$(grep -m1 '^make ' "$sources/$name/README.md")
  # The same command, seen from the folder above, is what the guide tells.
  [[ $sources != "$here" ]] || grep -qxF "make -C $name ${command#make }" "$root/docs/plugins.md" || {
    echo "docs/plugins.md lacks the line: make -C $name ${command#make }" >&2
    exit 1
  }
  cp -r "$sources/$name" "$work/$name"
  # No variable of the caller's finds its way to a compiler but where to find it.
  (cd "$work/$name" && env -i PATH="$PATH" HOME="${HOME:-/}" ${RUSTUP_HOME:+RUSTUP_HOME="$RUSTUP_HOME"} \
    bash -ec "$command")
  # A file that is mapped into a running host keeps its contents: it is replaced, not overwritten.
  rm -rf "${out:?}/$name"
  mv "$work/plugins/$name" "$out/$name"
done
