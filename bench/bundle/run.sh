#!/bin/sh
# Runs the benchmark on a Linux x86-64 machine that need not have Node, a Vulkan loader or a network.
#
#     ./run.sh [--seconds 300] [--out DIR] [--suites quick,peers,streams,start,scaling,full]
#
# This part only finds out how the bundled Node starts here; drive.js does everything else, and its exit code is this one's. What cannot start
# ends with 2, as what was not checked does: nothing is wrong.
case $0 in
  */*) here=${0%/*} ;;
  *) here=. ;;
esac
here=$(cd "$here" && pwd) || exit 2
node=$here/bin/node
dawn=$here/app/node_modules/webgpu/dist/linux-x64/dawn.node

if [ "$(uname -s) $(uname -m)" != "Linux x86_64" ]; then
  echo "run.sh: made for Linux x86_64, this is $(uname -s) $(uname -m)." >&2
  exit 2
fi

# Exported for good: Dawn opens the Vulkan loader by its bare name.
LD_LIBRARY_PATH=$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

starts() {
  "$node" -e 'process.dlopen({ exports: {} }, process.argv[1])' "$dawn"
}

# The C++ runtime of the building machine comes last: drivers and Python may need a newer one, which this machine then has.
if ! why=$(starts 2>&1); then
  LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$here/lib-cxx
  if ! why=$(starts 2>&1); then
    echo "run.sh: Node or Dawn does not start here. They need glibc 2.34 or newer and a folder that allows execution:" >&2
    echo "$why" >&2
    exit 2
  fi
fi

# Told as it was given, for the page.
exec "$node" "$here/app/drive.js" "$0" "$@"
