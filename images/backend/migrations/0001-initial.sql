CREATE TYPE minixdr.severity AS ENUM ('low', 'medium', 'high', 'critical');
CREATE TYPE minixdr.incident_status AS ENUM ('open', 'investigating', 'resolved');

CREATE TABLE minixdr.organizations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

-- Of a key only its SHA-256 is known.
CREATE TABLE minixdr.api_keys (
  sha256 bytea PRIMARY KEY CHECK (length(sha256) = 32),
  organization_id uuid NOT NULL REFERENCES minixdr.organizations,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  revoked_at timestamptz(3)
);

-- The answer to a request, stored with what the request wrote: a repetition gets the same one.
CREATE TABLE minixdr.idempotency_keys (
  organization_id uuid NOT NULL REFERENCES minixdr.organizations,
  key text NOT NULL,
  body_sha256 bytea NOT NULL,
  response text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, key)
);

CREATE TABLE minixdr.incidents (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES minixdr.organizations,
  status minixdr.incident_status NOT NULL DEFAULT 'open',
  severity minixdr.severity NOT NULL,
  rule text NOT NULL,
  title text NOT NULL,
  entity text NOT NULL,
  score double precision NOT NULL,
  events int NOT NULL,
  first_seen timestamptz(3) NOT NULL,
  last_seen timestamptz(3) NOT NULL,
  assignee text,
  note text,
  model_version text NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX incidents_newest ON minixdr.incidents (organization_id, created_at DESC, id DESC);
CREATE INDEX incidents_updated ON minixdr.incidents (updated_at, organization_id);
CREATE INDEX incidents_active ON minixdr.incidents (severity) WHERE status <> 'resolved';

CREATE TABLE minixdr.events (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES minixdr.organizations,
  idempotency_key text NOT NULL,
  position int NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  source_type text NOT NULL,
  class_uid int NOT NULL,
  severity_id smallint NOT NULL,
  incident_id uuid,
  body jsonb NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (organization_id, idempotency_key, position)
);
