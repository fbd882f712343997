import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  RowBuilder,
  type Dashboard,
  type Panel,
} from "@grafana/grafana-foundation-sdk/dashboard";

/** A dashboard, as data. */
export interface Board {
  /** Name of its file and, after `minixdr-`, its address in Grafana; it stays when the title changes. */
  name: string;
  title: string;
  /** One sentence: when to open it. */
  description: string;
  /** How far back it looks when it is opened, such as `now-3h`; default an hour. */
  from?: string;
  rows: { title: string; panels: Builder<Panel>[] }[];
}

const tag = "mini-xdr";

/**
 * A dashboard in Grafana's classic format, the one that its sidecar provisions from ConfigMaps. The
 * same data gives the same text: panels are numbered in order, nothing depends on time.
 */
export function built({ name, title, description, from = "now-1h", rows }: Board): Dashboard {
  const dashboard = new DashboardBuilder(`mini-xdr / ${title}`)
    .uid(`minixdr-${name}`)
    .description(description)
    .tags([tag])
    .timezone("utc")
    .readonly()
    .refresh("30s")
    .time({ from, to: "now" })
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(
      new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"),
    )
    .link(
      new DashboardLinkBuilder("Dashboards")
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .keepTime(true),
    )
    // The chart puts its address before it, as before every alert's.
    .link(
      new DashboardLinkBuilder("Runbooks")
        .type(DashboardLinkType.Link)
        .url("docs/runbooks/alerts.md")
        .targetBlank(true),
    );
  for (const { title, panels } of rows) {
    dashboard.withRow(new RowBuilder(title));
    for (const panel of panels) dashboard.withPanel(panel);
  }
  const found = dashboard.build();
  found.panels!.forEach((panel, index) => (panel.id = index + 1));
  return found;
}

/** What {@link built} gives, as the text of a file with a line for each panel: a change is seen as one. */
export function textOf(board: Board): string {
  const { panels, ...head } = built(board);
  const lines = panels!.map((panel) => `    ${JSON.stringify(panel)}`);
  const opened = JSON.stringify(head, null, 2).replace(/\n}$/, "");
  return `${opened},\n  "panels": [\n${lines.join(",\n")}\n  ]\n}\n`;
}
