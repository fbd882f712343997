#!/bin/sh
# The first process of a node. It is in the node's own namespaces and cgroups; when it dies, everything
# of the node does. Its environment: NODE_FOLDER, NODE_NAME, NODE_ADDRESS, NODE_ROUTES ("RANGE=NODE …"),
# GATEWAY, PODS, DNS, CGROUP_VERSION, CGROUP_MOUNTS ("NAME:OPTIONS …"), SYSROOT, PATH, KUBECONFIG. On descriptor 3
# it says its process id, then waits for a line of input, and then says that all is started.
set -e
# Its process id as the sandbox knows it: this /proc is still the sandbox's.
read -r pid _ </proc/self/stat
echo "$pid" >&3
# A run may put what is beside its nodes first; within a node all are alike, and its cgroups decide.
renice -n 0 -p "$$" >/dev/null

hostname "$NODE_NAME"
mount -t proc proc /proc
mount -t sysfs sysfs /sys
if [ "$CGROUP_VERSION" = 2 ]; then
  mount -t cgroup2 cgroup /sys/fs/cgroup
  # Only leaves may have processes once controllers are passed on.
  mkdir -p /sys/fs/cgroup/init
  while read -r process; do echo "$process" >/sys/fs/cgroup/init/cgroup.procs || true; done </sys/fs/cgroup/cgroup.procs
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$controller"; done |
    while read -r change; do echo "$change" >/sys/fs/cgroup/cgroup.subtree_control || true; done
else
  mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
  for entry in $CGROUP_MOUNTS; do
    mkdir "/sys/fs/cgroup/${entry%%:*}"
    mount -t cgroup -o "${entry#*:}" cgroup "/sys/fs/cgroup/${entry%%:*}"
  done
fi
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/netns /run/lock /run/sysctl
mount --bind "$NODE_FOLDER/lib" /var/lib
mount --bind "$NODE_FOLDER/log" /var/log
# runc, iptables, nft and conntrack, without installing them.
mount -t overlay overlay -o "lowerdir=$SYSROOT/usr:/usr" /usr
# A kubelet sets these, and they are the whole machine's: it gets files to write to.
for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \
  kernel/keys/root_maxkeys kernel/keys/root_maxbytes net/netfilter/nf_conntrack_max; do
  [ -e "/proc/sys/$name" ] || continue
  file=/run/sysctl/$(echo "$name" | tr / .)
  cat "/proc/sys/$name" >"$file"
  mount --bind "$file" "/proc/sys/$name"
done
mount --make-rshared /

read -r _ # until the cable is there
ip link set lo up
# Where its pods ask for names: it answers them itself.
ip address add "$DNS/32" dev lo
ip address add "$NODE_ADDRESS/24" dev eth0
ip link set eth0 up
for route in $NODE_ROUTES; do ip route add "${route%%=*}" via "${route#*=}"; done
# Everything else of the sandbox, and Services: a route is looked up before kube-proxy rewrites the address.
ip route add default via "$GATEWAY"
echo 1 >/proc/sys/net/ipv4/ip_forward
# New connections of pods go past the network policies' agent by way of queue 100. Its own rules say the
# same in nftables, which takes a kernel with CONFIG_NFT_QUEUE. Without an agent they pass: so do they on
# EKS by default, until its agent knows the policies. The kubelet's probes are root's.
policy() { iptables -w -t mangle "$@"; }
policy -N POLICY
policy -A POLICY -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN
policy -A POLICY -m owner --uid-owner 0 -j RETURN
policy -A POLICY -s "$PODS" -j NFQUEUE --queue-num 100 --queue-bypass
policy -A POLICY -d "$PODS" -j NFQUEUE --queue-num 100 --queue-bypass
policy -A POSTROUTING -j POLICY

# Starts a program, and again a second after each end, as a node's service manager does.
keep() {
  name=$1
  shift
  while :; do
    "$@" >>"/var/log/$name.log" 2>&1 </dev/null 3>&- || true
    echo "ended" >>"/var/log/$name.log"
    sleep 1
  done &
}
keep containerd containerd --config "$NODE_FOLDER/containerd.toml"
keep kube-proxy kube-proxy --config="$NODE_FOLDER/kube-proxy.json"
until [ -S /run/containerd/containerd.sock ]; do sleep 0.05; done
keep kubelet kubelet --config="$NODE_FOLDER/kubelet.json" --kubeconfig="$KUBECONFIG" \
  --hostname-override="$NODE_NAME" --node-ip="$NODE_ADDRESS"
echo started >&3
exec 3>&-
while :; do wait; sleep 1; done
