import assert from "node:assert/strict";
import { figuresIn } from "../../chaos/scrape";

describe("a scrape", () => {
  it("tells every sample by its name and labels", () => {
    const text = `# HELP minixdr_backup_job_failed 1 when the job's last run failed.
# TYPE minixdr_backup_job_failed gauge
minixdr_backup_job_failed{job_name="dump"} 1
minixdr_backup_job_failed{job_name="verify"} 0
minixdr_backup_newest_age_seconds 36.358
minixdr_backup_measured_rpo_seconds Nan
`;
    assert.deepEqual(
      [...figuresIn(text)],
      [
        ['minixdr_backup_job_failed{job_name="dump"}', 1],
        ['minixdr_backup_job_failed{job_name="verify"}', 0],
        ["minixdr_backup_newest_age_seconds", 36.358],
        ["minixdr_backup_measured_rpo_seconds", NaN],
      ],
    );
  });

  it("tells nothing of what is no sample", () => {
    assert.equal(figuresIn("the vault cannot be read\n").size, 0);
  });
});
