import { at, list } from "../../policies/model/resource";
import {
  StandInCloud,
  typeOf,
  type CloudResource,
  type ManagedCluster,
  type Properties,
} from "./cloud";
import { namings, regionAsked } from "./names";

const repository = "aws:ecr/repository:Repository";
const secret = "aws:secretsmanager/secret:Secret";
const record = "aws:route53/record:Record";
const replication = "aws:ecr/replicationConfiguration:ReplicationConfiguration";

/** Something with a name that the account has, whoever has made it. */
interface Held {
  type: string;
  region: string | undefined;
  inputs: Properties;
  state: Properties;
}

/** A request that named a Region which answers nobody. */
export interface Unanswered {
  operation: string;
  urn: string;
}

/**
 * A stand-in of an AWS account with its Regions, shared by the stacks in it: names that there are
 * already are refused as each API refuses them, a lost Region answers nothing, and replication brings
 * to the other what AWS's would: repositories, images and secrets. What buckets hold is not here.
 *
 * Left out: the time that replication takes, the content of secrets, quotas, and that IAM, Route 53
 * and the creation of buckets are themselves served from one Region.
 */
export class StandInAccount {
  /** Requests to a lost Region, in order. */
  readonly unanswered: Unanswered[] = [];
  /** Names that were taken over without a refusal, in order. */
  readonly takenOver: string[] = [];
  /** Tags in the registry of each Region: `eu-west-1 mini-xdr/backend:1.0.0`. */
  readonly images = new Set<string>();
  private readonly clouds: AccountCloud[] = [];
  private readonly replicated: Held[] = [];
  /** Users' names, and where they lead to. */
  private readonly records = new Map<string, Properties>();
  private lost: string | undefined;

  join(cloud: AccountCloud): void {
    this.clouds.push(cloud);
  }

  /** Nothing in the Region answers any more; what replication had not brought elsewhere is lost. */
  loseRegion(region: string): void {
    this.lost = region;
  }

  /** An image arrives in a repository, and in every Region that the registry's rules copy it to. */
  push(name: string, tag: string, region: string): void {
    this.images.add(`${region} ${name}:${tag}`);
    const rules = this.of(replication, region).flatMap(({ inputs }) =>
      list(inputs, "replicationConfiguration.rules"),
    );
    const copies = rules
      .filter((rule) =>
        list(rule, "repositoryFilters").some((filter) =>
          name.startsWith(String(at(filter, "filter"))),
        ),
      )
      .flatMap((rule) => list(rule, "destinations"))
      .map((destination) => String(at(destination, "region")));
    for (const copy of copies) {
      if (!this.holder(repository, { name }, copy))
        this.replicated.push({
          type: repository,
          region: copy,
          // ECR's own defaults: its replication carries no settings.
          inputs: {
            name,
            imageTagMutability: "MUTABLE",
            encryptionConfigurations: [{ encryptionType: "AES256" }],
          },
          state: {},
        });
      this.images.add(`${copy} ${name}:${tag}`);
    }
  }

  /** Where users of a name are led to; undefined: nowhere. */
  leadsTo(name: string): unknown {
    return at(this.records.get(`${name} A`), "aliases.0.name");
  }

  /** @throws when the Region is lost, after having counted the request. */
  ask(operation: string, urn: string, inputs: Properties, own: string): void {
    const region = regionAsked(typeOf(urn), inputs, own);
    if (region === undefined || region !== this.lost) return;
    this.unanswered.push({ operation, urn });
    throw new Error(`RequestTimeout: no answer from ${region} (the stand-in waits for none)`);
  }

  /** @throws AWS's own refusal when the name is there already. */
  claim(urn: string, inputs: Properties, own: string): void {
    const type = typeOf(urn);
    const naming = namings[type];
    const name = naming?.name(inputs);
    if (!naming || name === undefined) return;
    if (!this.holder(type, inputs, regionAsked(type, inputs, own))) return;
    const overwrites = type === record && inputs.allowOverwrite === true;
    if (naming.refusal && !overwrites)
      throw new Error(naming.refusal(String(name), String(inputs.region ?? own)));
    this.takenOver.push(`${type} ${String(name)}`);
  }

  /** What is there under a name, for an import by it. */
  byName(type: string, name: string, own: string): Held | undefined {
    return this.of(type, own).find(({ inputs }) => namings[type]?.name(inputs) === name);
  }

  /** A record set is whoever's wrote it last, and goes with whoever deletes it. */
  write(urn: string, inputs: Properties | undefined, was: Properties = {}): void {
    if (typeOf(urn) !== record) return;
    const key = String(namings[record]!.name(inputs ?? was));
    if (inputs) this.records.set(key, inputs);
    else this.records.delete(key);
  }

  private holder(type: string, inputs: Properties, region: string | undefined): Held | undefined {
    const name = namings[type]!.name(inputs);
    const { scope } = namings[type]!;
    return this.all(type).find(
      (held) =>
        namings[type]!.name(held.inputs) === name &&
        (scope === "account" || held.region === region),
    );
  }

  private of(type: string, region: string): Held[] {
    return this.all(type).filter((held) => held.region === region);
  }

  private all(type: string): Held[] {
    const made = this.clouds.flatMap((cloud) => cloud.held(type));
    const copies = this.replicated.filter((held) => held.type === type);
    return [...made, ...copies, ...(type === secret ? made.flatMap(copiesOf) : [])];
  }
}

/** A secret's copies have its name, each in its own Region. */
function copiesOf({ inputs, state }: Held): Held[] {
  return list(inputs, "replicas").map((copy) => ({
    type: secret,
    region: String(at(copy, "region")),
    inputs,
    state,
  }));
}

/** One stack's view of the account: what it has made, and the Region that it is in. */
export class AccountCloud extends StandInCloud {
  private readonly region: string;

  constructor(
    config: Record<string, string>,
    eks: ManagedCluster,
    deployRoleArn: string,
    private readonly account: StandInAccount,
  ) {
    super(config, eks, deployRoleArn);
    this.region = config["aws:region"]!;
    account.join(this);
  }

  /** What it has made of a type. */
  held(type: string): Held[] {
    return this.all()
      .filter(({ urn }) => typeOf(urn) === type)
      .map(({ inputs, state }) => ({
        type,
        region: regionAsked(type, inputs, this.region),
        inputs,
        state,
      }));
  }

  override async create(urn: string, inputs: Properties): Promise<CloudResource> {
    this.account.ask("create", urn, inputs, this.region);
    this.account.claim(urn, inputs, this.region);
    const made = await super.create(urn, inputs);
    this.account.write(urn, inputs);
    return made;
  }

  override read(urn: string, id: string): CloudResource | undefined {
    const found = super.read(urn, id);
    this.account.ask("read", urn, found?.inputs ?? {}, this.region);
    return found ?? this.adopted(urn, id);
  }

  override update(urn: string, id: string, inputs: Properties): CloudResource {
    this.account.ask("update", urn, inputs, this.region);
    const changed = super.update(urn, id, inputs);
    this.account.write(urn, inputs);
    return changed;
  }

  override async delete(urn: string, id: string): Promise<void> {
    const inputs = super.read(urn, id)?.inputs ?? {};
    this.account.ask("delete", urn, inputs, this.region);
    await super.delete(urn, id);
    this.account.write(urn, undefined, inputs);
  }

  /** What the account has under that name: an import finds it, whoever has made it. */
  private adopted(urn: string, name: string): CloudResource | undefined {
    const held = this.account.byName(typeOf(urn), name, this.region);
    if (!held) return undefined;
    const inputs = Object.fromEntries(
      Object.entries(held.inputs).filter(([property]) => property !== "region"),
    );
    return this.keep({ urn, id: name, inputs, state: { ...held.state, ...inputs } });
  }
}
