import { Table, Text } from '@mantine/core';
import type { NoticeView, NotifierView } from '../api/types.ts';
import { Empty } from '../ui/empty.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';
import { clockTime } from '../ui/time.ts';
import { State } from '../words/state.tsx';
import { DELIVERY } from './looks.ts';
import { useNotices, useNotifiers } from './queries.ts';

/** The last messages and what became of them. */
export function DeliveriesPanel() {
  const notifiers = useNotifiers().data ?? [];
  return (
    <Panel title="Last messages" flush>
      <Loaded query={useNotices()}>
        {(notices) =>
          notices.length === 0 ? (
            <Empty title="No messages yet">Tests are not listed.</Empty>
          ) : (
            <Messages notices={notices} notifiers={notifiers} />
          )
        }
      </Loaded>
    </Panel>
  );
}

interface MessagesProps {
  readonly notices: readonly NoticeView[];
  readonly notifiers: readonly NotifierView[];
}

function Messages({ notices, notifiers }: MessagesProps) {
  return (
    <Table aria-label="Last messages" className="cards">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th>Channel</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th>State</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {notices.map((notice) => (
          <Table.Tr key={notice.id}>
            <Table.Td style={{ whiteSpace: 'nowrap' }}>
              <Moment at={notice.createdAt} />
            </Table.Td>
            <Table.Td>{notifiers.find(({ id }) => id === notice.notifierId)?.name ?? ''}</Table.Td>
            <Table.Td className="in-words">{notice.message.subject}</Table.Td>
            <Table.Td className="in-words">
              <State look={DELIVERY[notice.state]} />
              <Text className="quiet">{answerOf(notice)}</Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function answerOf({ answer, tries, nextTryAt }: NoticeView): string {
  const words = answer?.words ?? '';
  const often = tries > 1 ? `Try ${tries}. ` : '';
  return nextTryAt === null ? `${often}${words}` : `${often}Tries again at ${clockTime(nextTryAt)}. ${words}`;
}
