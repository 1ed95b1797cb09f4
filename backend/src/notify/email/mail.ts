import { createHash } from 'node:crypto';
import type Mail from 'nodemailer/lib/mailer/index.js';
import type { NoticeMessage } from '../../domain/notice.ts';
import { escapeHtml, markOf, plainText } from '../text.ts';

export interface Addresses {
  readonly from: string;
  readonly to: readonly string[];
}

/** A mail that is the same at every try, so that servers and readers can tell a repetition, and thread what belongs together. */
export function mailOf(message: NoticeMessage, { from, to }: Addresses): Mail.Options {
  const { id, key, severity, subject, at } = message;
  const domain = /@([^\s<>@]+?)>?$/.exec(from)?.[1] ?? 'certferry.invalid';
  return {
    from,
    to: [...to],
    subject: `[certferry] ${markOf(message)}: ${subject}`,
    date: new Date(at),
    messageId: `<${idOf(`${id} ${at}`)}@${domain}>`,
    references: [`<${idOf(key)}@${domain}>`],
    ...(severity === 'critical' ? { priority: 'high' as const } : {}),
    headers: {
      // RFC 3834: no vacation replies.
      'Auto-Submitted': 'auto-generated',
      'X-Certferry-Notice': id,
    },
    text: plainText(message),
    html: htmlOf(message),
  };
}

function htmlOf(message: NoticeMessage): string {
  const { subject, body, facts, link } = message;
  const paragraphs = body.split(/\n{2,}/).map((text) => `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`);
  const rows = facts.map(
    ({ label, value }) =>
      `<tr><th align="left" valign="top" style="padding-right:1em;font-weight:normal;color:#59616b">${escapeHtml(label)}</th><td>${escapeHtml(value).replaceAll('\n', '<br>')}</td></tr>`,
  );
  return [
    `<h3>${escapeHtml(`${markOf(message)}: ${subject}`)}</h3>`,
    ...paragraphs,
    rows.length > 0 ? `<table>${rows.join('')}</table>` : '',
    link === null ? '' : `<p><a href="${escapeHtml(link)}">Open in certferry</a></p>`,
  ].join('\n');
}

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
