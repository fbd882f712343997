-- The roles of the database and their rights. Safe to run again: it makes what is missing and gives every login the
-- verifier that the Secret has. No password is in it, so that nothing needs to be kept out of a log: the master of RDS is
-- no superuser and could not (PostgreSQL, "Error Reporting and Logging": log_statement is for superusers).
\set ON_ERROR_STOP on
-- An error's message alone, without the statement: the Job's log is no place for verifiers either.
\set VERBOSITY terse
-- A name means PostgreSQL's own object, or one of this session: what others have made in the database runs nowhere here.
SET search_path = pg_catalog, pg_temp;
\getenv migrations MIGRATIONS_USER
\getenv migrations_verifier MIGRATIONS_VERIFIER
\getenv migrations_clone_verifier MIGRATIONS_CLONE_VERIFIER
\getenv app APP_USER
\getenv app_verifier APP_VERIFIER
\getenv app_clone_verifier APP_CLONE_VERIFIER
\getenv read_only READ_ONLY_USER
\getenv read_only_verifier READ_ONLY_VERIFIER
\getenv read_only_clone_verifier READ_ONLY_CLONE_VERIFIER
\getenv backup BACKUP_USER
\getenv backup_verifier BACKUP_VERIFIER
\getenv backup_clone_verifier BACKUP_CLONE_VERIFIER
\getenv restore RESTORE_USER
\getenv restore_verifier RESTORE_VERIFIER
\getenv restore_clone_verifier RESTORE_CLONE_VERIFIER
\getenv exporter EXPORTER_USER
\getenv exporter_verifier EXPORTER_VERIFIER
\getenv exporter_clone_verifier EXPORTER_CLONE_VERIFIER
\getenv exporter_connections EXPORTER_CONNECTIONS

-- A role and its clone take turns: while one's password changes, clients log in as the other.
CREATE TEMPORARY TABLE logins AS
SELECT role, role || suffix AS login, verifiers.verifier, connections,
       'SHA-256 of its verifier: ' || encode(sha256(convert_to(verifiers.verifier, 'UTF8')), 'hex') AS hash
  FROM (VALUES (:'migrations', :'migrations_verifier', :'migrations_clone_verifier', 3),
               (:'app', :'app_verifier', :'app_clone_verifier', -1),
               (:'read_only', :'read_only_verifier', :'read_only_clone_verifier', -1),
               (:'backup', :'backup_verifier', :'backup_clone_verifier', 8),
               (:'restore', :'restore_verifier', :'restore_clone_verifier', 8),
               (:'exporter', :'exporter_verifier', :'exporter_clone_verifier', :'exporter_connections'::int))
         AS duties (role, verifier, clone_verifier, connections),
       LATERAL (VALUES ('', verifier), ('_clone', clone_verifier)) AS verifiers (suffix, verifier);

SELECT format('CREATE ROLE %I LOGIN', login) FROM logins
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login)
\gexec

-- The master may then set a login's role, and own a schema in its name.
SELECT format('GRANT %I TO CURRENT_USER', role) FROM logins WHERE role = login
\gexec
-- What a clone makes is its role's, and so are its rights.
SELECT format('GRANT %I TO %I', role, login) FROM logins WHERE role <> login
\gexec
SELECT format('ALTER ROLE %I SET role = %L', login, role) FROM logins WHERE role NOT IN (login, :'migrations')
\gexec
-- What migrations make belongs to a role that nobody logs in as. Who restores a dump has to be a member of its owners, and
-- runs what is in it: of a role that logs in, that could change password and settings (PostgreSQL 15, ALTER ROLE).
SELECT 'CREATE ROLE minixdr_owner NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'minixdr_owner')
\gexec
GRANT minixdr_owner TO CURRENT_USER, :"migrations", :"restore";
SELECT format('ALTER ROLE %I SET role = minixdr_owner', login) FROM logins WHERE role = :'migrations'
\gexec

-- Of a duty only the login that nobody uses may get another password. A pod in use has sent a statement within two
-- minutes, the longest life of its connections. Which verifier stands there is told by the comment of the last run, as a
-- hash: pg_authid is closed to the master of RDS too. A server that was restored has no clients, and refuses nothing.
DO $$
DECLARE
  used text := (SELECT string_agg(login, ', ' ORDER BY login) FROM logins JOIN pg_roles ON rolname = login
                 WHERE shobj_description(pg_roles.oid, 'pg_authid') <> hash
                   AND EXISTS (SELECT FROM pg_stat_activity
                                WHERE usename = login
                                  AND (state <> 'idle' OR state_change > now() - interval '2 minutes')));
BEGIN
  IF used IS NOT NULL THEN
    RAISE EXCEPTION 'clients use %, whose password would change under them: raise credentials.rotation by one at a time', used;
  END IF;
END $$;

-- Always: the same verifier again changes nothing.
SELECT format('ALTER ROLE %I PASSWORD %L CONNECTION LIMIT %s', login, verifier, connections) FROM logins
\gexec
SELECT format('COMMENT ON ROLE %I IS %L', login, hash) FROM logins
\gexec

SELECT format('ALTER ROLE %I SET %s', login, setting)
  FROM logins JOIN (VALUES (:'app', 'statement_timeout = ''30s'''),
                           (:'app', 'lock_timeout = ''5s'''),
                           (:'app', 'search_path = minixdr, public'),
                           (:'read_only', 'statement_timeout = ''30s'''),
                           (:'read_only', 'default_transaction_read_only = on'),
                           (:'read_only', 'search_path = minixdr, public'),
                           (:'migrations', 'lock_timeout = ''10s'''),
                           (:'migrations', 'search_path = minixdr, public')) AS settings (role, setting) USING (role)
\gexec

REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO :"migrations", :"app", :"read_only", :"backup";

-- Migrations own the schema by their role; the others only use what is in it, today and tomorrow.
CREATE SCHEMA IF NOT EXISTS minixdr AUTHORIZATION minixdr_owner;
-- Before, all of it was the login's own.
REASSIGN OWNED BY :"migrations" TO minixdr_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA minixdr REVOKE ALL ON TABLES FROM :"app", :"read_only";
ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA minixdr REVOKE ALL ON SEQUENCES FROM :"app";
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA minixdr TO :"app", :"read_only", :"backup";

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA minixdr TO :"app";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA minixdr TO :"app";
GRANT SELECT ON ALL TABLES IN SCHEMA minixdr TO :"read_only";
ALTER DEFAULT PRIVILEGES FOR ROLE minixdr_owner IN SCHEMA minixdr
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE minixdr_owner IN SCHEMA minixdr
  GRANT USAGE, SELECT ON SEQUENCES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE minixdr_owner IN SCHEMA minixdr
  GRANT SELECT ON TABLES TO :"read_only";

GRANT pg_read_all_data TO :"backup";
-- A dump ends who keeps it waiting for a lock.
GRANT pg_signal_backend TO :"backup";
-- Where a dump leaves its canary row, by which a restore is known to be as new as it says. It belongs to nobody who logs
-- in, so that who restores it can be a member of its owner without being `backup`.
SELECT 'CREATE ROLE minixdr_canary NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'minixdr_canary')
\gexec
GRANT minixdr_canary TO CURRENT_USER, :"backup", :"restore";
CREATE SCHEMA IF NOT EXISTS backup AUTHORIZATION minixdr_canary;
CREATE TABLE IF NOT EXISTS backup.canary
  (one boolean PRIMARY KEY DEFAULT true CHECK (one), id uuid NOT NULL, written_at timestamptz NOT NULL);
-- Before, both were the dump's own.
ALTER SCHEMA backup OWNER TO minixdr_canary;
ALTER TABLE backup.canary OWNER TO minixdr_canary;

-- Who restores a dump runs what is in it. It makes a database of its own and gives its objects to the two roles that own
-- any. It is neither of the roles that others use, and what runs in its database has no way from there into another.
ALTER ROLE :"restore" CREATEDB;
-- Before, it was one of migrations too.
SELECT format('REVOKE %I FROM %I', :'migrations', :'restore') WHERE pg_has_role(:'restore', :'migrations', 'MEMBER')
\gexec

-- Who asks the servers for the topology, beside every pooler, does so in `postgres`: nothing of the application's is in it,
-- no dump holds what is made there, and a restore closes the other one.
GRANT pg_monitor TO :"exporter";
-- Before, it could enter this one.
REVOKE CONNECT ON DATABASE :"DBNAME" FROM :"exporter";
\connect postgres
SET search_path = pg_catalog, pg_temp;
-- RDS's own list of a cluster's instances. A server without it tells of none, and the planned ones are asked.
SELECT 'CREATE EXTENSION rds_tools' FROM pg_available_extensions WHERE name = 'rds_tools' AND installed_version IS NULL
\gexec
SELECT format('GRANT %s TO %I', granted, :'exporter')
  FROM (VALUES ('USAGE ON SCHEMA rds_tools'), ('EXECUTE ON FUNCTION rds_tools.show_topology')) AS rights (granted)
 WHERE to_regproc('rds_tools.show_topology') IS NOT NULL
\gexec
