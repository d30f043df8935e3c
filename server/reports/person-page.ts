/** What is kept of one person, as a page that they can read. Dutch first; English after it where that was asked for. */
import { escapeXml } from '../../engine/charts/svg.ts';
import { type ReportLanguage, type ReportVoice, reportVoice } from '../../words/reports.ts';
import type { ExportedPerson, ExportedSession } from '../privacy/export-person.ts';
import { list, page, paragraph, section, table } from './page.ts';

const time = (at: string): string => at.slice(0, 16).replace('T', ' ');
const link = (file: string): string => `<a href="${escapeXml(file)}">${escapeXml(file)}</a>`;

export function personPage(exported: ExportedPerson, languages: readonly ReportLanguage[], madeAt: string): string {
  const nl = reportVoice('nl');
  const body = languages.map((language) => {
    const say = reportVoice(language);
    return `<div lang="${language}">${bodyIn(say, exported)}</div>`;
  });
  return page(nl('export.title'), nl('export.made', { at: time(madeAt), agency: exported.agency }), nl, body.join(''));
}

function bodyIn(say: ReportVoice, exported: ExportedPerson): string {
  const { person, pseudonym, registrations, sessions, pushes } = exported;
  const who = [
    [say('export.name'), person.name],
    [say('export.birthDate'), person.birthDate],
    [say('export.reference'), person.reference],
    [say('export.pseudonym'), pseudonym],
  ].map((row) => row.map(escapeXml));
  return [
    section(say('export.title'), paragraph(say('export.intro')) + paragraph(say('export.rights'))),
    section(say('export.who'), table([say('export.what'), say('export.kept')], who)),
    section(say('export.registrations'), registrationTable(say, registrations)),
    ...sessions.map((session) => sessionSection(say, session)),
    section(
      say('export.pushes'),
      pushes.length === 0
        ? paragraph(say('export.none'))
        : table(
            [say('export.at'), say('export.file')],
            pushes.map(({ at, file }) => [time(at), link(file)]),
          ),
    ),
    section(say('export.notHere'), list([say('export.notHere.questions'), say('export.notHere.staff')])),
  ].join('');
}

function sessionSection(say: ReportVoice, session: ExportedSession): string {
  const { title, registeredAt, admittedAt, closedAt, result, annulledAt, log, recordings, certificate } = session;
  const { hearings, ratings } = session;
  const outcome = result === undefined ? say('export.noResult') : say(`export.outcome.${result.outcome}`);
  const facts = [
    [say('export.receipt'), session.receipt],
    [say('export.centre'), session.centre],
    [say('export.registered'), time(registeredAt)],
    [say('export.began'), admittedAt === undefined ? '–' : time(admittedAt)],
    [say('export.ended'), closedAt === undefined ? '–' : time(closedAt)],
    [say('export.answers'), String(session.answers.length)],
    [say('export.result'), annulledAt === undefined ? outcome : say('export.annulled', { at: time(annulledAt) })],
  ].map((row) => row.map(escapeXml));
  const files = [...recordings, ...(certificate === undefined ? [] : [certificate])].map((file) => [link(file)]);
  return section(
    `${title[say.language] ?? title['nl'] ?? session.session}, ${registeredAt.slice(0, 10)}`,
    [
      table([say('export.what'), say('export.kept')], facts),
      files.length === 0 ? '' : table([say('export.file')], files),
      ratings.length === 0 ? '' : `<h3>${escapeXml(say('export.ratings'))}</h3>`,
      ratings.length === 0 ? '' : ratingTable(say, session),
      hearings.length === 0 ? '' : `<h3>${escapeXml(say('export.hearings'))}</h3>`,
      hearings.length === 0 ? '' : hearingTable(say, session),
      `<h3>${escapeXml(say('export.log'))}</h3>`,
      paragraph(say('export.log.text')),
      table(
        [say('export.at'), say('export.event'), say('export.by'), say('export.typed')],
        log.map((line) => [time(line.at), line.type, line.by ?? line.source, line.text ?? ''].map(escapeXml)),
      ),
    ].join(''),
  );
}

function registrationTable(say: ReportVoice, registrations: ExportedPerson['registrations']): string {
  if (registrations.length === 0) return paragraph(say('export.none'));
  return table(
    [
      ...[say('export.at'), say('export.test'), say('export.day'), say('export.centre')],
      ...[say('export.status'), say('export.by'), say('export.typed')],
    ],
    registrations.map(({ registeredAt, test, day, centre, status, staff, reason }) =>
      [
        ...[time(registeredAt), test, day ?? '–', centre ?? '–'],
        ...[say(`export.status.${status}`), staff.join(', '), reason ?? ''],
      ].map(escapeXml),
    ),
  );
}

const hearingTable = (say: ReportVoice, { hearings }: ExportedSession): string =>
  table(
    [say('export.at'), say('export.task'), say('export.by')],
    hearings.map(({ at, task, by }) => [time(at), task, by].map(escapeXml)),
  );

const ratingTable = (say: ReportVoice, { ratings }: ExportedSession): string =>
  table(
    [say('export.at'), say('export.task'), say('export.by'), say('export.scores'), say('export.typed')],
    ratings.map(({ at, task, by, scores, remark }) =>
      [time(at), task, by, JSON.stringify(scores), remark ?? ''].map(escapeXml),
    ),
  );
