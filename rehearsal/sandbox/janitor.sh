#!/bin/sh
# janitor.sh FOLDER: outlives a run. When its standard input ends, the sandbox has: it removes what the
# kernel does not, the run's cgroups, named as the folder, and the folder itself, which holds at most the input.
cat >/dev/null
run=$(basename "$1")
tries=0
while [ $tries -lt 150 ]; do
  left=0
  # The first for cgroup v2, the others for v1, one in each hierarchy.
  for top in "/sys/fs/cgroup/$run" /sys/fs/cgroup/*/"$run"; do
    [ -d "$top" ] || continue
    # v1 only: a memory cgroup stays in the kernel for as long as its page cache does.
    find "$top" -depth -name memory.force_empty -exec sh -c 'for file; do echo 0 >"$file"; done' _ {} + 2>/dev/null
    find "$top" -depth -type d -exec rmdir {} + 2>/dev/null
    [ -d "$top" ] && left=1
  done
  rm -f "$1/input"
  rmdir "$1" 2>/dev/null
  [ -d "$1" ] && left=1
  [ $left = 0 ] && exit 0
  tries=$((tries + 1))
  sleep 0.2
done
exit 1
