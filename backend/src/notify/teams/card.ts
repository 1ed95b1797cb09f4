import type { NoticeMessage, Severity } from '../../domain/notice.ts';
import { clip, clipBytes, escapeMarkdown, markOf } from '../text.ts';

/** A message may have 28 kB: https://learn.microsoft.com/microsoftteams/limits-specifications-teams */
const LONGEST_BODY_BYTES = 12_000;
const LONGEST_VALUE = 1_000;

const COLOURS: Readonly<Record<Severity, string>> = { info: 'Default', warning: 'Warning', critical: 'Attention' };

/** An Adaptive Card in the envelope that the trigger of the workflow takes. */
export function teamsMessage(message: NoticeMessage): object {
  const { kind, severity, link } = message;
  const color = kind === 'recovered' ? 'Good' : COLOURS[severity];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: elements(message, color),
          ...(link === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open in certferry', url: link }] }),
        },
      },
    ],
  };
}

function elements(message: NoticeMessage, color: string): readonly object[] {
  const { subject, body, facts } = message;
  const paragraphs = clipBytes(body, LONGEST_BODY_BYTES).split(/\n{2,}/);
  return [
    {
      type: 'TextBlock',
      size: 'Medium',
      weight: 'Bolder',
      wrap: true,
      color,
      text: cardText(headline(message, subject)),
    },
    ...paragraphs.map((text) => ({ type: 'TextBlock', wrap: true, text: cardText(text) })),
    {
      type: 'FactSet',
      facts: facts.map(({ label, value }) => ({ title: label, value: cardText(clip(value, LONGEST_VALUE)) })),
    },
  ];
}

function headline(message: NoticeMessage, subject: string): string {
  return `${markOf(message)}: ${clip(subject, 500)}`;
}

/**
 * A text block reads a subset of Markdown, and replaces `{{DATE(…)}}`:
 * https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
 */
export function cardText(text: string): string {
  return escapeMarkdown(text).replaceAll('{{', '{\u200b{').replaceAll('\n', '\n\n');
}
