/** What the system says of a file, in words: `permission denied (EACCES)`. */
const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  EMFILE: 'this process has too many open files',
  ENFILE: 'the system has too many open files',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'it is a symbolic link, or its path holds too many',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than a file may be',
  EROFS: 'the file system is read-only',
  EIO: 'the disk failed',
  ESTALE: 'it was removed on the file server',
  EEXIST: 'it exists already',
};

export function explainErrno(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return message;
  const meaning = meanings[code];
  return meaning === undefined ? message : `${meaning} (${code})`;
}
