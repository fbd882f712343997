/**
 * Makes a table of events as they come, of about 200 bytes a row: repeated words beside hashes that no
 * compression shortens. 5,200,000 rows are 1 GB.
 */
export const eventsTable = (rows: number) => `
  CREATE TABLE minixdr.events AS
    SELECT i AS id, now() - i * interval '1 s' AS at, 'sensor-' || i % 500 AS sensor,
           md5(i::text) || md5((i * 7)::text) AS hash,
           '{"severity": "medium", "category": "network", "action": "connection refused", "count": ' || i % 100 || '}' AS body
      FROM generate_series(1, ${rows}) i;
  ALTER TABLE minixdr.events ADD PRIMARY KEY (id);`;

/** Rows of 1 GB. */
export const gigabyte = 5_200_000;
