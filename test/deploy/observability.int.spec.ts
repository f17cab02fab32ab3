import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { measureRelay, reactorReporter, Relay, relayReporter, type EventSink } from '#lib/event-feed';
import { InMemoryEventStore } from '#lib/event-store';
import { createLogger, Metrics } from '#lib/observability';
import { AccessServer } from '../access/access-server.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const FOLDER = 'deploy/observability';
const ALERTS = `${FOLDER}/prometheus/alerts.yaml`;
const manual = read('docs/observability.md');

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

/** @throws for what is no strict YAML: a key that is there twice, a tag that nobody knows. */
function strictYaml<T>(name: string): T {
  const document = parseDocument(read(name), { strict: true, uniqueKeys: true });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS() as T;
}

const alerts = strictYaml<{ readonly groups: readonly { readonly rules: readonly Alert[] }[] }>(ALERTS).groups.flatMap(
  ({ rules }) => rules,
);
const dashboard = JSON.parse(read(`${FOLDER}/grafana/dashboards/tagline.json`)) as Dashboard;
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Metrics that an expression reads, without what Prometheus adds to the name of a histogram. */
const metricsIn = (expression: string): readonly string[] =>
  [...expression.matchAll(/\b(?:tagline|nodejs|process)_[a-z0-9_]+/g)].map(([name]) =>
    name.replace(/(?<!_total)_(?:bucket|sum|count)$/, ''),
  );

const typesIn = (text: string): readonly string[] => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);

/** Metrics that a process has, whether or not there is anything to say yet. */
let known: ReadonlySet<string>;
let ofServer: readonly string[];
let server: AccessServer;
beforeAll(async () => {
  server = await AccessServer.start({}, {});
  const { text } = await server.read('/metrics');
  ofServer = typesIn(text);
  // The relay and the reactors measure themselves where there are brokers; without, they only say what they would.
  const metrics = new Metrics({ ofProcess: false });
  const silent = createLogger({ level: 'silent', format: 'json' });
  relayReporter(silent, metrics);
  reactorReporter(silent, metrics);
  measureRelay(new Relay({ store: new InMemoryEventStore(), sink: {} as EventSink }), metrics);
  known = new Set([...ofServer, ...typesIn(await metrics.render())]);
});
afterAll(() => server.stop());

const isKnown = (metric: string): boolean => known.has(metric);

describe('every metric', () => {
  it('that an alert reads is one that there is', () => {
    for (const { alert, expr } of alerts) {
      expect([alert, metricsIn(expr).filter((metric) => !isKnown(metric))]).toEqual([alert, []]);
    }
  });

  it('that the dashboard reads is one that there is', () => {
    const read = [...expressions, ...dashboard.templating.list.map(({ definition = '' }) => definition)];
    expect(read.flatMap(metricsIn).filter((metric) => !isKnown(metric))).toEqual([]);
  });

  it('of Tagline is explained in the manual, and nothing else is', () => {
    const explained = [...manual.matchAll(/^\| `(tagline_[a-z_]+)`/gm)].map(([, name = '']) => name);
    const ours = ofServer.filter((name) => name.startsWith('tagline_'));
    // Some are only there where something is configured.
    const others = ['tagline_delegate_questions_total'];
    expect(ours.filter((name) => !explained.includes(name))).toEqual([]);
    expect(explained.filter((name) => !ours.includes(name) && !others.includes(name) && !isKnown(name))).toEqual([]);
  });
});

describe('an alert', () => {
  it('has a name of its own', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });

  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s says what is wrong, and where to read on',
    (_name, alert) => {
      expect(alert.annotations['summary']).toMatch(/^.{10,120}$/);
      expect(alert.annotations['description']).toMatch(/\.$/);
      expect(['warning', 'critical']).toContain(alert.labels.severity);
      const [page, anchor] = alert.annotations['runbook']?.split('#') ?? [];
      expect(page).toBe('docs/observability.md');
      const anchors = [...manual.matchAll(/^### (.+)$/gm)].map(([, title = '']) =>
        title.toLowerCase().replaceAll(' ', '-'),
      );
      expect(anchors).toContain(anchor);
    },
  );

  const promtool = (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, 'promtool'))
    .find((path) => existsSync(path));

  it.skipIf(promtool === undefined)('is understood by Prometheus (promtool, of Debian’s package prometheus)', () => {
    const { status, stderr, stdout } = spawnSync(promtool ?? '', ['check', 'rules', join(ROOT, ALERTS)]);
    expect([status, status === 0 ? '' : `${stdout.toString()}${stderr.toString()}`]).toEqual([0, '']);
  });
});

describe('the dashboard', () => {
  const { panels } = dashboard;

  it('is one that Grafana takes: names, panels that can be told apart, expressions with names', () => {
    expect(dashboard).toMatchObject({ uid: 'tagline', title: 'Tagline' });
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, targets = [] } of panels) {
      expect(title).not.toBe('');
      expect(['row', 'timeseries', 'stat']).toContain(type);
      expect(targets.length > 0).toBe(type !== 'row');
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  it('has panels that fit and do not lie on each other', () => {
    const taken = new Set<string>();
    for (const { gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`)).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  it('has parentheses, braces and variables in order in every expression', () => {
    const variables = ['$__rate_interval', ...dashboard.templating.list.map(({ name }) => `$${name}`)];
    for (const expression of expressions) {
      for (const [open, close] of ['()', '{}', '[]']) {
        expect(expression.split(open ?? '').length).toBe(expression.split(close ?? '').length);
      }
      for (const [variable] of expression.matchAll(/\$\w+/g)) expect(variables).toContain(variable);
    }
  });
});

describe('every other file', () => {
  const files = (readdirSync(join(ROOT, FOLDER), { recursive: true }) as string[]).filter((name) =>
    /\.ya?ml$/.test(name),
  );

  it.each(files)('%s is YAML', (name) => {
    strictYaml(`${FOLDER}/${name}`);
  });
});
