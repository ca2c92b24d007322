"""Keeps bytes under the digest of those bytes; knows nothing about what they mean."""

from inspection.blobs.filesystem import FilesystemBlobs, UploadState

__all__ = ["FilesystemBlobs", "UploadState"]
