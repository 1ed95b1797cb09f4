import { Button, Group, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { ApiError } from '../api/api-error.ts';
import { ProblemNote } from '../ui/problem.tsx';

interface SaveBarProps {
  readonly missing: readonly string[];
  readonly error: Error | null;
  readonly isSaving: boolean;
  readonly back: string;
  readonly onSaveIncomplete: () => void;
  readonly onSaveAndRenew: () => void;
}

/** Saving is possible at any time; what is missing is said before. */
export function SaveBar({ missing, error, isSaving, back, ...props }: SaveBarProps) {
  const isRefused = error instanceof ApiError && error.problem.code === 'INVALID_SETTINGS';
  return (
    <Stack gap="sm">
      {missing.length > 0 && (
        <section className="note" data-tone="pending" aria-label="What is missing">
          <Text>
            Still missing: {missing.join(', ')}. You can save it as it is and go on later; it is not renewed before.
          </Text>
        </section>
      )}
      {error && <ProblemNote error={error} />}
      <Group gap="xs" justify="flex-end">
        <Button variant="default" component={Link} href={back}>
          Leave it
        </Button>
        {(missing.length > 0 || isRefused) && (
          <Button
            variant={missing.length > 0 ? 'filled' : 'default'}
            loading={isSaving}
            type="button"
            onClick={props.onSaveIncomplete}
          >
            Save as it is
          </Button>
        )}
        {missing.length === 0 && (
          <>
            <Button variant="default" type="button" loading={isSaving} onClick={props.onSaveAndRenew}>
              Save and renew
            </Button>
            <Button type="submit" loading={isSaving}>
              Save and look (dry run)
            </Button>
          </>
        )}
      </Group>
    </Stack>
  );
}
