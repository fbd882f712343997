-- The roles of the database and their rights. Safe to run again: it makes what is missing and sets
-- every password to what its Secret says. Passwords come from the environment, never from arguments.
\set ON_ERROR_STOP on
\getenv migrations MIGRATIONS_USER
\getenv migrations_password MIGRATIONS_PASSWORD
\getenv app APP_USER
\getenv app_password APP_PASSWORD
\getenv read_only READ_ONLY_USER
\getenv read_only_password READ_ONLY_PASSWORD
\getenv backup BACKUP_USER
\getenv backup_password BACKUP_PASSWORD
\getenv exporter EXPORTER_USER
\getenv exporter_password EXPORTER_PASSWORD

-- A password must not reach the server's log, not even when this is slow.
SET log_min_duration_statement = -1;
SET log_statement = 'none';
SET password_encryption = 'scram-sha-256';

SELECT format('CREATE ROLE %I LOGIN', role)
  FROM unnest(ARRAY[:'migrations', :'app', :'read_only', :'backup', :'exporter']) AS role
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
\gexec

ALTER ROLE :"migrations" PASSWORD :'migrations_password' CONNECTION LIMIT 3;
ALTER ROLE :"app" PASSWORD :'app_password';
ALTER ROLE :"read_only" PASSWORD :'read_only_password';
ALTER ROLE :"backup" PASSWORD :'backup_password' CONNECTION LIMIT 5;
ALTER ROLE :"exporter" PASSWORD :'exporter_password' CONNECTION LIMIT 5;

ALTER ROLE :"app" SET statement_timeout = '30s';
ALTER ROLE :"app" SET lock_timeout = '5s';
ALTER ROLE :"read_only" SET statement_timeout = '30s';
ALTER ROLE :"read_only" SET default_transaction_read_only = on;
ALTER ROLE :"migrations" SET lock_timeout = '10s';

REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO :"migrations", :"app", :"read_only", :"backup", :"exporter";

-- Migrations own the schema; the others only use what is in it, today and tomorrow.
GRANT :"migrations" TO CURRENT_USER;
CREATE SCHEMA IF NOT EXISTS minixdr AUTHORIZATION :"migrations";
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA minixdr TO :"app", :"read_only", :"backup";
ALTER ROLE :"migrations" SET search_path = minixdr, public;
ALTER ROLE :"app" SET search_path = minixdr, public;
ALTER ROLE :"read_only" SET search_path = minixdr, public;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA minixdr TO :"app";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA minixdr TO :"app";
GRANT SELECT ON ALL TABLES IN SCHEMA minixdr TO :"read_only";
ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA minixdr
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA minixdr
  GRANT USAGE, SELECT ON SEQUENCES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE :"migrations" IN SCHEMA minixdr
  GRANT SELECT ON TABLES TO :"read_only";

GRANT pg_read_all_data TO :"backup";
-- Where a dump leaves its canary row, by which a restore is known to be as new as it says.
GRANT :"backup" TO CURRENT_USER;
CREATE SCHEMA IF NOT EXISTS backup AUTHORIZATION :"backup";
GRANT pg_monitor TO :"exporter";
