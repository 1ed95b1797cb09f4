import type { NoticeMessage } from '../../domain/notice.ts';
import { clip, markOf } from '../text.ts';

/** Of Slack's Block Kit: https://docs.slack.dev/reference/block-kit/blocks/ */
const LONGEST_SECTION = 3000;
const LONGEST_FIELD = 2000;
const MOST_FIELDS = 10;

export interface SlackMessage {
  /** For notifications and screen readers. */
  readonly text: string;
  readonly blocks: readonly object[];
}

export function slackMessage(message: NoticeMessage): SlackMessage {
  const { subject, body, facts, link } = message;
  const headline = `${markOf(message)}: ${subject}`;
  const fields = facts.slice(0, MOST_FIELDS).map(({ label, value }) => mrkdwn(bold(label), value, LONGEST_FIELD));
  return {
    text: escapeSlack(clip(headline, 1000)),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: bold(clip(headline, 1000)) } },
      { type: 'section', text: { type: 'mrkdwn', text: clipEscaped(body, LONGEST_SECTION) } },
      ...(fields.length > 0 ? [{ type: 'section', fields }] : []),
      ...(link === null
        ? []
        : [{ type: 'context', elements: [{ type: 'mrkdwn', text: `<${escapeSlack(link)}|Open in certferry>` }] }]),
    ],
  };
}

/** https://docs.slack.dev/messaging/formatting-message-text/#escaping */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Slack has no escape for its formatting characters; a zero-width space keeps them from pairing up. */
function plain(text: string): string {
  return escapeSlack(text).replaceAll(/[*_~`]/g, '\u200b$&');
}

function bold(text: string): string {
  return `*${plain(text)}*`;
}

function mrkdwn(label: string, value: string, most: number) {
  return { type: 'mrkdwn', text: `${label}\n${clipEscaped(value, most - label.length - 1)}` };
}

/** Clipped before it is escaped would be too long, after it would cut an entity in two. */
function clipEscaped(text: string, most: number): string {
  for (let length = Math.min(text.length, most); ; length -= Math.max(1, Math.floor(length / 10))) {
    const escaped = plain(clip(text, length));
    if (escaped.length <= most || length <= 1) return escaped;
  }
}
