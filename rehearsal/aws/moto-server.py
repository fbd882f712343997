"""moto's server with what it leaves out of S3's multipart uploads (moto 5.2.5, s3/responses.py).

Its answer to CompleteMultipartUpload has no checksum, and an object of parts gets no lock. Both are
S3's (Amazon S3 API reference, CompleteMultipartUpload and CreateMultipartUpload), and a dump needs
them: the one says that all of it arrived, the other that nobody deletes it.
"""

import re
import sys

from moto.s3.responses import S3Response
from moto.server import main

answer = S3Response._key_response_post


def answer_whole(self, request, body, bucket_name, query, key_name):
    bucket = self.backend.get_bucket(bucket_name)
    upload = bucket.multiparts.get(query.get("uploadId", [None])[0])
    status, headers, text = answer(self, request, body, bucket_name, query, key_name)
    if "uploads" in query:
        made = re.search(r"<UploadId>(.+?)</UploadId>", text).group(1)
        _, mode, until = self._get_lock_details(bucket, bucket.object_lock_enabled)
        bucket.multiparts[made].lock = (mode, until)
    elif upload and status == 200:
        key = self.backend.get_object(bucket_name, upload.key_name)
        key.lock_mode, key.lock_until = upload.lock
        element = f"Checksum{key.checksum_algorithm}"
        value = f"{key.checksum_value}-{key.checksum_parts}"
        end = "</CompleteMultipartUploadResult>"
        text = text.replace(end, f"<{element}>{value}</{element}>{end}")
    return status, headers, text


S3Response._key_response_post = answer_whole
main(sys.argv[1:])
