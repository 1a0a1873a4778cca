#!/bin/sh
# Runs the archive as a bare machine would see it: an empty root folder with a shell, the C library and one software
# driver; no Node, no Vulkan loader, no network. As root, after `npm run -s bench:bundle`.
#
#     bench/bundle/try.sh FOLDER DRIVER_LIBRARY [PYTHON] [-- options of run.sh]
#
# FOLDER is made anew and holds root/ and, afterwards, root/out/. PYTHON is an interpreter, of a virtual environment or not;
# its folders are seen at their paths.
set -eu
archive=$(cd "$(dirname "$0")/../.." && pwd)/build/emgpu-bench.tar.gz
folder=$1 driver=$2
shift 2
python=
if [ $# -gt 0 ] && [ "$1" != -- ]; then
  python=$1
  shift
fi
[ "${1-}" = -- ] && shift
root=$folder/root
rm -rf "$folder"
mkdir -p "$root/bin" "$root/proc" "$root/dev" "$root/tmp" "$root/etc/vulkan/icd.d" "$root/usr"

# A program or library with the libraries it needs, at the same places.
bring() {
  for file in "$1" $(ldd "$1" | grep -oE '/[^ ]+'); do
    mkdir -p "$root$(dirname "$file")"
    cp -Ln "$file" "$root$file"
  done
}
bring "$driver"
# The C library is more than what the shell needs of it.
libc=$(ldd "$(command -v sh)" | grep -oE '/[^ ]+libc\.so\.6')
for name in libdl.so.2 libpthread.so.0 librt.so.1 libm.so.6 libresolv.so.2 libutil.so.1; do
  bring "${libc%/*}/$name"
done
for name in sh tar gzip uname ls env; do
  path=$(command -v $name)
  bring "$path"
  [ -e "$root/bin/$name" ] || ln -s "$path" "$root/bin/$name"
done
echo "{ \"file_format_version\": \"1.0.0\", \"ICD\": { \"library_path\": \"$driver\", \"api_version\": \"1.3.0\" } }" \
  >"$root/etc/vulkan/icd.d/software.json"
cp "$archive" "$root/"

path=/bin
prefixes=
if [ -n "$python" ]; then
  prefixes=$("$python" -c 'import sys; print(*{sys.prefix, sys.base_prefix})')
  path=$(dirname "$python"):/bin
  # shellcheck disable=SC2086 # several folders
  for library in $(find $prefixes -name '*.so*' -exec ldd {} + 2>/dev/null | grep -oE '=> /[^ ]+' | cut -c4- | sort -u); do
    bring "$library"
  done
  for prefix in $prefixes; do mkdir -p "$root$prefix"; done
fi

export FOLDER_ROOT="$root" FOLDER_PREFIXES="$prefixes" FOLDER_PATH="$path"
exec unshare --net --mount --pid --fork sh -eu -c '
  mount -t proc proc "$FOLDER_ROOT/proc"
  mount --rbind /dev "$FOLDER_ROOT/dev"
  for prefix in $FOLDER_PREFIXES; do mount --rbind "$prefix" "$FOLDER_ROOT$prefix"; done
  exec chroot "$FOLDER_ROOT" /bin/env -i PATH="$FOLDER_PATH" /bin/sh -c "
    tar -xzf emgpu-bench.tar.gz && exec emgpu-bench/run.sh --out /out \"\$@\"" sh "$@"
' sh "$@"
