import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { AnswerRow, LoadRow, QuantityRow, Row, SkippedRow } from './row.js';

/** The rows as tables, with the original's figure and how many times better or worse this is. */
export function printReport(rows: readonly Row[]): string {
  const load = rows.filter((row): row is LoadRow => row.kind === 'load');
  const answers = rows.filter((row): row is AnswerRow => row.kind === 'answer');
  const quantities = rows.filter((row): row is QuantityRow => row.kind === 'quantity');
  const skipped = rows.filter((row): row is SkippedRow => row.kind === 'skipped');
  return [
    table(LOAD_HEAD, load.map(loadCells)),
    table(ANSWER_HEAD, answers.map(answerCells)),
    table(QUANTITY_HEAD, quantities.map(quantityCells)),
    skipped.map(({ operation, reason }) => `Skipped: ${operation}, as ${reason}.\n`).join(''),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** One row as a line, to show that there is progress. */
export function printRow(row: Row): string {
  switch (row.kind) {
    case 'load':
      return loadCells(row).join(' | ');
    case 'answer':
      return answerCells(row).join(' | ');
    case 'quantity':
      return quantityCells(row).join(' | ');
    case 'skipped':
      return `${row.operation}: skipped, as ${row.reason}`;
  }
}

export async function writeJson(path: string, rows: readonly Row[]): Promise<void> {
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? '', node: process.version };
  await writeFile(path, `${JSON.stringify({ time: new Date().toISOString(), machine, rows }, undefined, 2)}\n`);
}

const LOAD_HEAD = [
  ...['Operation', 'Connections', 'Operations/s', 'Original', 'Ratio', 'p50 ms', 'Original', 'p99 ms', 'Original'],
  ...['CPU s per 1,000', 'Original', 'Ratio'],
];

function loadCells({ operation, connections, figures, original }: LoadRow): string[] {
  const { operationsPerSecond: rate, p50Ms, p99Ms, cpuPerThousand: cpu } = figures;
  return [
    ...[operation, `${connections}`],
    ...[number(rate), number(original?.operationsPerSecond), ratio(rate, original?.operationsPerSecond)],
    ...[number(p50Ms), number(original?.p50Ms), number(p99Ms), number(original?.p99Ms)],
    ...[number(cpu), number(original?.cpuPerThousand), ratio(original?.cpuPerThousand, cpu)],
  ];
}

const ANSWER_HEAD = [
  ...['Operation', 'MB', 'First byte ms', 'Original', 'Total ms', 'Original', 'Ratio', 'Server CPU ms'],
];

function answerCells({ operation, figures, original }: AnswerRow): string[] {
  const { firstByteMs, totalMs, megabytes, cpuMs } = figures;
  return [
    ...[operation, number(megabytes), number(firstByteMs), number(original?.firstByteMs)],
    ...[number(totalMs), number(original?.totalMs), ratio(original?.totalMs, totalMs), number(cpuMs)],
  ];
}

const QUANTITY_HEAD = ['What', 'Value', 'Unit', 'Original', 'Ratio'];

const quantityCells = ({ operation, value, unit, original }: QuantityRow): string[] => [
  ...[operation, number(value), unit, number(original), ratio(original, value)],
];

/** Three significant digits are more than a measurement of this kind is good for. */
function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** How many times `better` is `worse`; above 1 is better than the original. */
const ratio = (better: number | undefined, worse: number | undefined): string =>
  better === undefined || worse === undefined || worse === 0 ? '' : `× ${number(better / worse)}`;

/** Columns in which nothing stands are left out. */
function table(allHeads: readonly string[], allRows: readonly (readonly string[])[]): string {
  if (allRows.length === 0) return '';
  const isKept = allHeads.map((_, column) => allRows.some((row) => (row[column] ?? '') !== ''));
  const kept = (cells: readonly string[]): string[] => cells.filter((_, column) => isKept[column]);
  const [head, rows] = [kept(allHeads), allRows.map(kept)];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column === 0)).join(' | ')} |\n`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|\n`;
  return line(head) + rule + rows.map(line).join('');
}

const pad = (cell: string, width: number, isText: boolean): string =>
  isText ? cell.padEnd(width) : cell.padStart(width);
