"""An S3 server on loopback that checks signatures and policies, and a user who may do what docs/guides/s3.md says."""

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
from moto.server import ThreadedMotoServer

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "s3.md"
BUCKET = "hospital-tieout"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass
class S3:
    """The server, the user that Tieout is, and an administrator's view of the bucket."""

    url: str
    tieout: tuple[str, str]
    owner: tuple[str, str]
    administrator: Any

    def connection(self, credentials: tuple[str, str]) -> str:
        """Return an Airflow connection as JSON."""
        login, password = credentials
        extra = {"endpoint_url": self.url, "region_name": "us-east-1"}
        return json.dumps({"conn_type": "aws", "login": login, "password": password, "extra": extra})

    def objects(self) -> dict[str, bytes]:
        """Return everything in the bucket by key."""
        listed = self.administrator.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {one["Key"]: self._content(one["Key"]) for one in listed}

    def uploads(self) -> list[dict]:
        """Return the uploads in parts that are neither complete nor aborted."""
        return self.administrator.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])

    def empty(self) -> None:
        """Remove every object."""
        for key in self.objects():
            self.administrator.delete_object(Bucket=BUCKET, Key=key)

    def _content(self, key: str) -> bytes:
        return self.administrator.get_object(Bucket=BUCKET, Key=key)["Body"].read()


@contextlib.contextmanager
def serve_s3() -> Iterator[S3]:
    """Serve S3 with one bucket on a free port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    try:
        iam = boto3.client("iam", **_as(("nobody", "nothing"), url))
        owner, tieout = _user(iam, "owner", EVERYTHING), _user(iam, "tieout", policy())
        administrator = boto3.client("s3", **_as(owner, url))
        administrator.create_bucket(Bucket=BUCKET)
        httpx.post(f"{url}/moto-api/reset-auth", content=b"0").raise_for_status()
        yield S3(url, tieout, owner, administrator)
    finally:
        httpx.post(f"{url}/moto-api/reset-auth", content=b"inf")
        httpx.post(f"{url}/moto-api/reset")
        server.stop()


def policy() -> dict:
    """Return the policy that the guide gives."""
    found = re.search(r"```json\n(\{.*?\n\})\n```", GUIDE.read_text(), re.DOTALL)
    assert found
    return json.loads(found[1])


def _user(iam: Any, name: str, policy: dict) -> tuple[str, str]:
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="archive", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def _as(credentials: tuple[str, str], url: str) -> dict[str, str]:
    return {
        "aws_access_key_id": credentials[0],
        "aws_secret_access_key": credentials[1],
        "endpoint_url": url,
        "region_name": "us-east-1",
    }
