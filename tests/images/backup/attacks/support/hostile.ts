import { escapeLiteral } from "pg";

/**
 * Functions that try a statement wherever they run but in the sessions that make and dump them: in
 * the live database they are harmless, restored they are not. `attempt()` tells its error, and so
 * stops who called it; `hostile(int)` may stand where PostgreSQL wants an immutable function.
 *
 * @param statement what is tried
 * @param quietly goes on when it is refused, so that nothing is seen of it
 */
export function hostile(statement: string, quietly = false): string {
  const caught = quietly ? "EXCEPTION WHEN OTHERS THEN NULL;" : "";
  return `
    SET search_path = minixdr;
    CREATE FUNCTION attempt() RETURNS void LANGUAGE plpgsql AS $f$
    BEGIN
      IF session_user NOT IN ('minixdr_migrations', 'minixdr_backup') THEN
        EXECUTE ${escapeLiteral(statement)};
      END IF;
    ${caught}
    END $f$;
    CREATE FUNCTION hostile(value int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$
    BEGIN
      PERFORM minixdr.attempt();
      RETURN value;
    END $f$;`;
}
