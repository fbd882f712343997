import type { LiveDatabase } from "../../support/live-database";

/**
 * Who may do what on a server, beyond any one database: roles, with the verifiers and settings of
 * those that can log in (of the others they mean nothing), memberships, and the live database's owner, rights, limits and settings.
 */
export async function authority(live: LiveDatabase): Promise<string[]> {
  const rows = await live.query<{ line: string }>(
    `SELECT format('role %s %s', rolname, to_jsonb(a) - 'oid' - CASE WHEN rolcanlogin THEN '' ELSE 'rolpassword' END) AS line FROM pg_authid a
     UNION ALL
     SELECT format('%s is a member of %s, admin: %s', m.member::regrole, m.roleid::regrole, m.admin_option)
       FROM pg_auth_members m
     UNION ALL
     SELECT format('database %s owner=%s limit=%s open=%s %s', datname, datdba::regrole, datconnlimit, datallowconn, datacl)
       FROM pg_database WHERE datname IN ('minixdr', 'postgres', 'template0', 'template1')
     UNION ALL
     SELECT format('settings of %s in %s: %s', s.setrole::regrole, coalesce(d.datname, 'any'), s.setconfig)
       FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase
      WHERE s.setrole = 0 OR (SELECT rolcanlogin FROM pg_roles r WHERE r.oid = s.setrole)
      ORDER BY 1`,
    "postgres",
  );
  return rows.map(({ line }) => line);
}
