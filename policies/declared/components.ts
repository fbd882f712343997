/**
 * The outermost component of what holds data, keys or addresses, by service. It is a part of a resource's
 * URN: under another one the engine would make it anew and delete the old.
 */
export const componentsOf: [types: RegExp, components: string[]][] = [
  [/^aws:(acm|lb|route53)\//, ["Edge"]],
  [/^aws:ec2\/(subnet|vpc):/, ["Network"]],
  [/^aws:elasticache\//, ["Cache"]],
  [/^aws:kms\//, ["Keys"]],
  [/^aws:rds\//, ["Database"]],
  [/^aws:s3\//, ["Backups", "Edge"]],
  [/^aws:secretsmanager\//, ["Credentials"]],
];
