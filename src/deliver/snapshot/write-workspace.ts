import { locate, unusable } from '../../collect/repository/workspace.ts'
import { writeWhole } from '../write-whole.ts'

/** Writes files into the checked-out repository, each whole or not at all. Throws AuditError as `readWorkspace` does. */
export async function writeWorkspace(root: string, files: readonly { path: string; text: string }[]): Promise<void> {
  for (const { path, text } of files) await writeWhole(await locate(root, path), text).catch(unusable('written', path))
}
