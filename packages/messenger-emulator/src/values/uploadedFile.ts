/** A file of a multipart body. */
export interface UploadedFile {
  field: string;
  filename: string | undefined;
  content: Buffer;
}
