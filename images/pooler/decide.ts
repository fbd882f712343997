/** Milliseconds within which an answer says how things are; older ones say how they were. */
export const freshFor = 600;
/** Milliseconds of silence after which a writer counts as lost, where most others answer. */
export const silentFor = 1000;
/** Milliseconds without a majority, or with a writer that nobody follows, after which the name decides. */
export const unsureFor = 3000;
/** Longest time for which work waits for a writer, in milliseconds; PgBouncer's own limit is 45 s. */
export const holdFor = 40_000;

/** What an instance said of itself. */
export interface Answer {
  /** When it was asked, in milliseconds of this process's own clock: it holds of some moment after. */
  at: number;
  /** The database system's identifier: the same on all members of a cluster. */
  system: string;
  /** The server's own address, as it knows it: tells who answers when a name lies. */
  server: string;
  /** Whether it is in recovery: it takes no writes. */
  standby: boolean;
  /** The timeline that it writes, or the newest that it has received. */
  timeline: number;
  /** Whether it receives from a writer now. */
  streaming: boolean;
  /** Seconds that a standby is behind; infinite where it cannot know. */
  lag: number;
}

/** The last that is known of one instance. */
export interface Report {
  endpoint: string;
  /** Since when it is asked, of the same clock. */
  since: number;
  answer?: Answer;
  /** When its host last refused a connection or closed one. */
  refused?: number;
}

/** A server that says it is the writer. */
interface Writer {
  endpoint: string;
  server: string;
  system: string;
  timeline: number;
}

/** What was decided, and what the next decision has to know. */
export interface State {
  /** Endpoint that takes the writes; absent: PgBouncer goes by the writer's name, as without us. */
  target?: string;
  /** Whether new work waits instead of failing. */
  held: boolean;
  /** The last writer that was confirmed. No older timeline is ever a target again. */
  writer?: Writer;
  /** Who has said once that it is the writer, and when it was asked. */
  candidate?: Writer & { at: number };
  heldSince?: number;
  /** When most instances last answered and none of them claimed what no other bears out. */
  sureAt: number;
}

/** Before anything is known: by the name, or where an entry leads that was left behind. */
export const initial = (now: number, target?: string): State => {
  return { target, held: false, sureAt: now };
};

/**
 * Where writes go, by what the instances said. Pure: the same reports at the same time decide the same.
 *
 * An instance becomes the target when all of this holds: most instances answer; it says that it is
 * not in recovery; no answer and no writer before knows a newer timeline; nobody else claims that
 * timeline; it said so twice; and a standby receives that timeline. The last costs nothing: a
 * Multi-AZ DB cluster acknowledges a write only when a standby has it. It is what makes an isolated
 * old writer harmless: who took over has taken its standbys along.
 *
 * While the writer is lost and most others answer, work waits. Where nothing can be known, the name
 * decides, as it does without us; and so it does after this process itself stood still.
 */
export function decide(before: State, reports: readonly Report[], now: number): State {
  const answers = believed(reports, now);
  if (!answers) return unsure({ ...before, candidate: undefined }, now);
  const state = ofSystem(answers[0]!.answer.system, before);
  const { writer } = state;
  const newest = Math.max(writer?.timeline ?? 0, ...answers.map(({ answer }) => answer.timeline));
  const claimants = answers.filter(({ answer }) => !answer.standby && answer.timeline === newest);
  if (claimants.length > 1) return byName(state);
  const [claimant] = claimants;
  if (!claimant || !mayWrite(claimant, writer))
    return sure(awaited({ ...state, candidate: undefined }, reports, newest, now), now);
  const confirmed = writer?.timeline === newest && state.target === claimant.endpoint;
  if (confirmed && !state.held) return sure({ ...state, candidate: undefined }, now);
  return considered(awaited(state, reports, newest, now), claimant, answers, now);
}

type Answered = Report & { answer: Answer };

/** The answers that may be believed; undefined where they are not of most instances. */
function believed(reports: readonly Report[], now: number): Answered[] | undefined {
  const fresh = reports.filter(
    (report): report is Answered => !!report.answer && now - report.answer.at <= freshFor,
  );
  // One server under two names: one of the names lies, and we do not know which.
  const honest = fresh.filter(
    ({ answer: { server } }) => fresh.filter(({ answer }) => answer.server === server).length === 1,
  );
  const most = Math.floor(reports.length / 2) + 1;
  return honest
    .map(({ answer: { system } }) => honest.filter(({ answer }) => answer.system === system))
    .find((same) => same.length >= most);
}

/** An upgrade to another major version makes a new system, whose timelines begin with 1. */
function ofSystem(system: string, state: State): State {
  if (!state.writer || state.writer.system === system) return state;
  return { held: false, sureAt: state.sureAt };
}

/** A timeline has one writer: another server that claims it is none. */
function mayWrite({ endpoint, answer }: Answered, writer: Writer | undefined): boolean {
  if (writer?.timeline !== answer.timeline) return true;
  return writer.endpoint === endpoint || writer.server === answer.server;
}

/** One says that it is the writer: it becomes the target when it said so twice and is followed. */
function considered(
  state: State,
  { endpoint, answer }: Answered,
  answers: Answered[],
  now: number,
): State {
  const { server, system, timeline, at } = answer;
  const writer = { endpoint, server, system, timeline };
  const known = state.candidate;
  const again =
    known?.endpoint === endpoint && known.server === server && known.timeline === timeline;
  const followed = answers.some(
    ({ answer: { standby, streaming, timeline: its } }) => standby && streaming && its === timeline,
  );
  if (again && followed && at > known.at)
    return { target: endpoint, held: false, writer, sureAt: now };
  const next = { ...state, candidate: again ? known : { ...writer, at } };
  // Its standby may be on its way. Where none comes, the name knows better than we do.
  return followed ? sure(next, now) : unsure(next, now);
}

/** While the target is lost work waits for the next one, but not for ever. */
function awaited(state: State, reports: readonly Report[], newest: number, now: number): State {
  if (!state.target || !isLost(state.target, reports, newest, now)) return state;
  const heldSince = state.heldSince ?? now;
  if (now - heldSince > holdFor) return byName(state);
  return { ...state, held: true, heldSince };
}

function isLost(target: string, reports: readonly Report[], newest: number, now: number): boolean {
  const report = reports.find(({ endpoint }) => endpoint === target);
  if (!report) return true; // no member any more
  const { answer, since, refused = -Infinity } = report;
  const heard = answer?.at ?? since;
  if (refused >= heard || now - heard > silentFor) return true;
  return answer !== undefined && (answer.standby || answer.timeline < newest);
}

const sure = (state: State, now: number): State => ({ ...state, sureAt: now });

/** All stays as it is for a while, and then the name decides. */
function unsure(state: State, now: number): State {
  return now - state.sureAt > unsureFor ? byName(state) : state;
}

/** As without us. The writer is remembered: an older timeline is never a target again. */
function byName({ writer, candidate, sureAt }: State): State {
  return { held: false, writer, candidate, sureAt };
}
