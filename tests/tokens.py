"""Secrets of every kind, made up when the tests run: none stands in any file of ours, where push protection would see it."""

from __future__ import annotations

import base64
import json
import random
import string
from zlib import crc32

_LETTERS = string.ascii_letters
_BOTH = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_WORDY = _BOTH + "_"
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


class Mint:
    """Makes tokens from a seed."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)

    def some(self, count: int, alphabet: str = _BOTH) -> str:
        """Random characters, with a digit and letters of both cases among them where the alphabet has them."""
        return "".join(self.random.choices(alphabet, k=count))

    def hexa(self, count: int) -> str:
        return self.some(count, _HEX)

    def huggingface(self) -> str:
        return "hf" + "_" + self.some(34, _LETTERS)

    def github(self, prefix: str = "ghp") -> str:
        body = self.some(30)
        number, check = crc32(body.encode()), ""
        while number:
            number, rest = divmod(number, 62)
            check = _BASE62[rest] + check
        return f"{prefix}_{body}{check.rjust(6, '0')}"

    def jwt(self) -> str:
        parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": self.some(12), "iat": 1_700_000_000}]
        coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return ".".join([*coded, self.some(43)])

    def armour(self, what: str, end: str = "\n") -> str:
        lines = end.join(self.some(64, _BOTH + "+/") for _ in range(12))
        return f"-----BEGIN {what}-----{end}{lines}{end}-----END {what}-----"

    def neptune(self) -> str:
        address = {"api_address": "https://app.neptune.ai", "api_url": "https://app.neptune.ai", "api_key": self.hexa(36)}
        return base64.b64encode(json.dumps(address).encode()).decode()

    def basic(self) -> str:
        return base64.b64encode(f"curlew:{self.some(18)}".encode()).decode()

    def discord(self) -> str:
        number = str(self.random.randint(10**17, 10**18 - 1)).encode()
        return f"{base64.b64encode(number).decode().rstrip('=')}.{self.some(6)}.{self.some(38)}"


def every_kind(seed: int = 7) -> dict[str, tuple[str, str]]:
    """A secret of every kind: by the id of the kind the text around it, with `{}` for the secret, and the secret."""
    mint = Mint(seed)
    some, hexa = mint.some, mint.hexa
    jwt = mint.jwt()
    return {
        "huggingface-oauth": ("token: {}", "hf" + "_oauth_" + mint.jwt()),
        "huggingface-user": ('login(token="{}")', mint.huggingface()),
        "huggingface-organization": ("Bearer {}", "api" + "_org_" + some(34, _LETTERS)),
        "huggingface-encoded": ("HF_TOKEN: {}", base64.b64encode(mint.huggingface().encode()).decode()),
        "aws-access-key": ("aws_access_key_id = {}", "AK" + "IA" + some(16, string.ascii_uppercase + "234567")),
        "aws-secret-key": ("aws_secret_access_key = {}", some(38) + "/a"),
        "github-token": ("git remote set-url origin https://{}@github.com/a/b", mint.github()),
        "github-fine-grained": ("token={}", "github" + "_pat_" + some(22) + "_" + some(59)),
        "gitlab-token": ("PRIVATE-TOKEN: {}", "gl" + "pat-" + some(20)),
        "slack-token": ("slack = '{}'", "xox" + f"b-{some(12, string.digits)}-{some(12, string.digits)}-{some(24)}"),
        "slack-webhook": ("https://hooks.slack.com/services/{}", f"T{some(9)}/B{some(9)}/{some(24)}"),
        "google-api-key": ("key={}", "AI" + "zaSy" + some(33)),
        "google-oauth": ("client_secret: {}", "GOC" + "SPX-" + some(28)),
        "azure-storage-key": ("AccountKey={};EndpointSuffix=core", some(86) + "=="),
        "azure-client-secret": ("secret = {}", some(3) + "8" + "Q" + "~" + some(34)),
        "azure-sas": ("https://a.blob.core/x?se=2030&sig={}", some(43) + "%3D"),
        "azure-ai-key": ("key: {}", some(52) + "JQQ" + "J99" + some(4, string.ascii_uppercase) + "AC" + some(20)),
        "anthropic": ("ANTHROPIC_API_KEY={}", "sk" + "-ant-api03-" + some(93) + "AA"),
        "openrouter": ("key {}", "sk" + "-or-v1-" + hexa(64)),
        "openai": ("OpenAI(api_key='{}')", "sk" + "-proj-" + some(74) + "T3Blbk" + "FJ" + some(74)),
        "secret-key-sk": ("OPENAI_API_KEY={}", "sk" + "-" + some(48)),
        "cohere": ("COHERE_API_KEY={}", some(40)),
        "replicate": ("REPLICATE={}", "r8" + "_" + some(37)),
        "wandb": ("wandb.login(key='{}')", hexa(40)),
        "wandb-v1": ("WANDB_API_KEY={}", "wandb" + "_v1_" + some(77)),
        "comet": ("COMET_API_KEY={}", some(25)),
        "neptune": ("api_token='{}'", mint.neptune()),
        "kaggle": ('{{"username":"curlew","key":"{}"}}', hexa(32)),
        "kaggle-variable": ("export KAGGLE_KEY={}", hexa(32)),
        "npm": ("npm {}", "npm" + "_" + some(36)),
        "npm-registry": ("//registry.birds.org/:_authToken={}", some(32)),
        "pypi": ("password = {}", "py" + "pi-AgEIcHlwaS5vcmc" + some(120)),
        "docker-hub": ("docker login -p {}", "dckr" + "_pat_" + some(27)),
        "docker-auth": ('{{"auths": {{"registry": {{"auth": "{}"}}}}}}', mint.basic()),
        "stripe": ("stripe {}", "sk" + "_live_" + some(40)),
        "twilio": ("TWILIO={}", "S" + "K" + hexa(32)),
        "twilio-auth": ("TWILIO_AUTH_TOKEN={}", hexa(32)),
        "sendgrid": ("SENDGRID {}", "S" + "G." + some(22) + "." + some(43)),
        "telegram": ("bot {}", some(9, "123456789") + ":" + "A" + "A" + some(33)),
        "discord-bot": ("discord token = {}", mint.discord()),
        "discord-webhook": ("https://discord.com/api/webhooks/123456789012345678/{}", some(68)),
        "databricks": ("DATABRICKS {}", "da" + "pi" + hexa(32)),
        "digitalocean": ("do {}", "do" + "p_v1_" + hexa(64)),
        "groq": ("groq {}", "gs" + "k_" + some(52)),
        "together": ("TOGETHER_API_KEY={}", hexa(64)),
        "pinecone": ("PINECONE_API_KEY={}", "pc" + "sk_" + some(6) + "_" + some(63)),
        "langsmith": ("LANGSMITH {}", "ls" + "v2_pt_" + hexa(32) + "_" + hexa(10)),
        "mistral": ("MISTRAL_API_KEY={}", some(32)),
        "nvidia": ("nvidia {}", "nv" + "api-" + some(64)),
        "xai": ("xai {}", "x" + "ai-" + some(80)),
        "perplexity": ("perplexity {}", "pp" + "lx-" + some(48)),
        "fireworks": ("fireworks {}", "f" + "w_" + some(24)),
        "tavily": ("tavily {}", "tv" + "ly-dev-" + some(32)),
        "jina": ("jina {}", "ji" + "na_" + hexa(32) + some(28)),
        "elevenlabs": ("elevenlabs {}", "s" + "k_" + hexa(48)),
        "vault": ("vault {}", "hv" + "s." + some(95)),
        "linear-notion-figma": ("linear {}", "lin" + "_api_" + some(40)),
        "private-key": ("{}", mint.armour("RSA " + "PRIVATE KEY")),
        "putty-key": ("Private-Lines: 4\n{}\nPrivate-MAC: 0", "\n".join(some(64) for _ in range(4))),
        "age-key": ("age {}", "AGE-SECRET" + "-KEY-1" + some(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")),
        "jwt": ("session token = {}", jwt),
        "url-password": ("postgres://curlew:{}@db.birds.org/counts", some(14)),
        "netrc": ("machine birds.org login curlew password {}", some(14)),
        "basic": ("Authorization: Basic {}", mint.basic()),
        "bearer": ("Authorization: Bearer {}", some(40)),
        "authorization": ("Authorization: Token {}", hexa(40)),
        "curl-user": ("curl -u curlew:{} https://birds.org", some(14)),
        "assigned": ("secret_key = '{}'", some(40)),
    }  # fmt: skip
