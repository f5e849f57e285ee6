import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeConfig } from '../config';
import { codesOfBefore, type RefusalCode, refusals } from '../domain/refusals';

/** docs/configuration.md, from the settings as config.ts has them. */
export function configurationPage(): string {
  const rows = describeConfig().map(({ name, default: preset, required, description }) => {
    const value = preset ? `\`${preset}\`` : required ? 'required' : '';
    return [`\`${name}\``, value, description.replaceAll('|', '\\|')];
  });
  return `# Configuration

Every setting is an environment variable; an empty one counts as unset. \`npm start\` also reads a file \`.env\` in
the checkout, for which \`.env.example\` is the pattern, and fills in every required setting by itself. Wrong settings
stop a program at once with a message that names each of them.

${table(['setting', 'default', 'what it does'], rows)}

How API and worker reach Temporal is set by Temporal's own variables: \`TEMPORAL_ADDRESS\`, \`TEMPORAL_NAMESPACE\`,
\`TEMPORAL_API_KEY\`, \`TEMPORAL_TLS_*\`, or a profile in Temporal's configuration file. Without \`TEMPORAL_ADDRESS\`,
\`npm start\` boots a development server, from \`TEMPORAL_CLI_PATH\` when that is set.

<!-- Written by \`npm run docs\` from config.ts. -->
`;
}

/** docs/refusals.md, from the one list of codes. */
export function refusalsPage(): string {
  const rows = Object.entries(refusals).map(([code, meaning]) => [
    `\`${code}\``,
    (codesOfBefore[code as RefusalCode] ?? []).map((before) => `\`${before}\``).join(', '),
    meaning.replaceAll('|', '\\|'),
  ]);
  return `# Refusals

Every code with which something is refused. A problem of the API has it as the last part of its \`type\`
(\`/problems/<code>\`, which opens as a page), a failed activity as its type, an entry of a bulk action as its
\`code\`. The \`detail\` or message beside it says what was wrong with this request. Codes are stable.

${table(
  ['ending', 'what it means'],
  [
    ['`_not_found`', 'there is none (yet)'],
    ['`_decided`', 'a decision stands: the message says which, by whom and when'],
    ['`_state`', 'the present state does not allow it'],
    ['`_differs`', 'the id is known with other content'],
    ['`_taken`', 'another one has this value'],
  ],
)}

${table(['code', 'code of before', 'what it means'], rows)}

<!-- Written by \`npm run docs\` from domain/refusals.ts. -->
`;
}

/** A Markdown table with its columns aligned, as the formatter wants it. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** .env.example, from the same. */
export function envExample(): string {
  const settings = describeConfig().map(
    ({ name, default: preset, description }) => `# ${description}\n# ${name}=${preset}\n`,
  );
  return `# Copy to .env and remove the # before what you set. Written by \`npm run docs\` from config.ts.\n\n${settings.join('\n')}`;
}

if (require.main === module) {
  const root = path.dirname(__dirname);
  mkdirSync(path.join(root, 'docs'), { recursive: true });
  writeFileSync(path.join(root, 'docs', 'configuration.md'), configurationPage());
  writeFileSync(path.join(root, 'docs', 'refusals.md'), refusalsPage());
  writeFileSync(path.join(root, '.env.example'), envExample());
}
