"""moto's server with what it leaves out of S3 and KMS (moto 5.2.5, s3/responses.py, kms/models.py).

Its answer to CompleteMultipartUpload has no checksum, and an object of parts gets no lock. Both are
S3's (Amazon S3 API reference, CompleteMultipartUpload and CreateMultipartUpload), and a dump needs
them: the one says that all of it arrived, the other that nobody deletes it.

It hashes a digest once more before it signs it. So here are keys that sign digests by ECDSA_SHA_256,
as KMS's of the kind ECC_NIST_P256 do: whichever is asked for is there, and everybody may use it.
"""

import base64
import json
import re
import sys
import threading

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto.kms.responses import KmsResponse
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


signing_keys = {}
one_at_a_time = threading.Lock()


def signing_key(arn):
    with one_at_a_time:
        return signing_keys.setdefault(arn, ec.generate_private_key(ec.SECP256R1()))


def sign(self):
    arn = self._get_param("KeyId")
    if (self._get_param("MessageType"), self._get_param("SigningAlgorithm")) != (
        "DIGEST",
        "ECDSA_SHA_256",
    ):
        raise NotImplementedError("only digests are signed here, by ECDSA_SHA_256")
    signature = signing_key(arn).sign(
        self._get_param("Message"), ec.ECDSA(Prehashed(hashes.SHA256()))
    )
    return json.dumps(
        {
            "KeyId": arn,
            "Signature": base64.b64encode(signature).decode(),
            "SigningAlgorithm": "ECDSA_SHA_256",
        }
    )


def get_public_key(self):
    arn = self._get_param("KeyId")
    public = signing_key(arn).public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return json.dumps(
        {
            "KeyId": arn,
            "KeyUsage": "SIGN_VERIFY",
            "KeySpec": "ECC_NIST_P256",
            "PublicKey": base64.b64encode(public).decode(),
            "SigningAlgorithms": ["ECDSA_SHA_256"],
        }
    )


S3Response._key_response_post = answer_whole
KmsResponse.sign = sign
KmsResponse.get_public_key = get_public_key
main(sys.argv[1:])
