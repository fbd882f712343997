import assert from "node:assert/strict";
import { hierarchiesIn } from "../../../rehearsal/nodes/cgroups";

const line = (at: string, type: string, options: string) =>
  `33 32 0:29 / ${at} rw,relatime - ${type} cgroup rw,${options}\n`;
const other = line("/proc", "proc", "hidepid=0");

describe("a machine's cgroups", () => {
  it("are of version 1, one hierarchy for each set of controllers, and systemd's", () => {
    const text =
      other +
      line("/sys/fs/cgroup/cpu,cpuacct", "cgroup", "cpu,cpuacct") +
      line("/sys/fs/cgroup/memory", "cgroup", "memory") +
      line("/sys/fs/cgroup/systemd", "cgroup", "xattr,name=systemd");
    assert.deepEqual(hierarchiesIn(text), {
      version: 1,
      hierarchies: [
        { at: "/sys/fs/cgroup/cpu,cpuacct", name: "cpu,cpuacct", options: "cpu,cpuacct" },
        { at: "/sys/fs/cgroup/memory", name: "memory", options: "memory" },
        { at: "/sys/fs/cgroup/systemd", name: "systemd", options: "none,name=systemd" },
      ],
    });
  });

  it("count as version 1 where version 2 is mounted beside it", () => {
    const text =
      line("/sys/fs/cgroup/memory", "cgroup", "memory") +
      line("/sys/fs/cgroup/unified", "cgroup2", "nsdelegate");
    const { version, hierarchies } = hierarchiesIn(text);
    assert.equal(version, 1);
    assert.deepEqual(
      hierarchies.map(({ name }) => name),
      ["memory"],
    );
  });

  it("are of version 2, a single hierarchy", () => {
    const { version, hierarchies } = hierarchiesIn(
      other + line("/sys/fs/cgroup", "cgroup2", "nsdelegate"),
    );
    assert.equal(version, 2);
    assert.deepEqual(
      hierarchies.map(({ at }) => at),
      ["/sys/fs/cgroup"],
    );
  });
});
