import type { Check, Finding } from "./check";
import type { Needs } from "./needs";
import type { Ask } from "./question";

/** Who runs `up`: the configured role, in the account that the configured roles are of. */
export function accountChecks(needs: Needs): Check[] {
  return [
    {
      id: "account.caller",
      claim: "The caller is the role that the configuration names, in the stack's own account",
      find: (ask) => caller(needs, ask),
    },
  ];
}

async function caller({ deployRole, adminRoles }: Needs, ask: Ask): Promise<Finding> {
  const { Arn, Account } = await ask<{ Arn: string; Account: string }>({
    service: "sts",
    operation: "get-caller-identity",
  });
  const key = deployRole ? "mini-xdr:cluster.deployRoleArn" : "mini-xdr:cluster.adminRoleArns";
  const roles = deployRole ? [deployRole] : adminRoles;
  const configured = roles.join(", ");
  const accounts = [...new Set(roles.map(accountOf))];
  const foreign = accounts.filter((account) => account !== Account);
  if (foreign.length > 0)
    return problem(
      `${key}: ${configured} is of account ${foreign.join(", ")}, the caller ${Arn} of ${Account}; take credentials of the stack's account, or write its roles`,
    );
  const name = /:assumed-role\/([^/]+)\//.exec(Arn)?.[1];
  if (!name)
    return problem(
      `${key}: ${configured}; the caller ${Arn} is no role; assume one of them, or the cluster will not let it in`,
    );
  if (roles.some((role) => role.split("/").at(-1) === name)) return { problems: [] };
  return problem(
    `${key}: ${configured}; the caller is the role ${name}; assume one of them, or name this one too`,
  );
}

function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

function problem(text: string): Finding {
  return { problems: [text] };
}
