import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';

interface ConfirmButtonProps extends ButtonProps {
  readonly label: string;
  /** Where several buttons have one label. */
  readonly 'aria-label'?: string;
  /** Names what it is done to. */
  readonly title: string;
  /** What is then no longer so, and for whom. */
  readonly consequence: string;
  /** The button that does it. */
  readonly yes: string;
  readonly onConfirm: () => void;
}

/** Says what follows before it is done. How it came out is shown where the button stands. */
export function ConfirmButton({ label, title, consequence, yes, onConfirm, ...button }: ConfirmButtonProps) {
  const [opened, setOpened] = useState(false);
  const confirm = () => {
    setOpened(false);
    onConfirm();
  };
  return (
    <>
      <Button variant="default" {...button} onClick={() => setOpened(true)}>
        {label}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={title} centered>
        <Stack gap="sm">
          <Text>{consequence}</Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setOpened(false)}>
              Leave it as it is
            </Button>
            <Button color="red.9" onClick={confirm}>
              {yes}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
