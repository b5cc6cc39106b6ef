"""POST /chat in image mode: every vendor's images in the same stream."""

from __future__ import annotations

import json

import pytest

from chat_route import HI, PIXEL, ZERO, ask, chat_server, events, parts  # noqa: F401 - a fixture too
from patchbay import PROMPT, Patchbay
from upstream import Upstream, json_answer


def test_an_image_is_markdown_and_costs_no_tokens(chat_server: Patchbay) -> None:
    *_, (_, text), step, end = parts(ask(chat_server, {"messages": HI, "mode": "image"}))
    assert text.startswith("![Generated Image](data:image/png;base64,iVBORw0KGgo")
    assert step == ("e", {"finishReason": "stop", "usage": ZERO, "isContinued": False})
    assert end == ("d", {"finishReason": "stop", "usage": ZERO})


def test_an_image_of_a_vendor_is_shown_with_its_url_and_prompt(
    chat_server: Patchbay, upstream: Upstream
) -> None:
    image = {"url": "https://images.example/1.png?sig=a%2Fb", "revised_prompt": "A grey cat"}
    upstream.answer_with(json_answer({"created": 1, "data": [image]}))
    messages = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": [{"type": "text", "text": PROMPT}]},
    ]
    body = {"messages": messages, "mode": "image", "model": "vendor-image"}
    assert [value for code, value in parts(ask(chat_server, body)) if code == "0"] == [
        f"![Generated Image]({image['url']})\n\n*Revised prompt: A grey cat*"
    ]
    sent = upstream.wait_for_request()
    assert sent.target == "/v1/images/generations"
    asked = sent.json()
    assert (asked["model"], asked["prompt"], asked["n"]) == ("vendor-image", PROMPT, 1)
    assert asked["size"] == "1024x1024"


DREW_A_URL = {"created": 1, "data": [{"url": "https://x.example/1.png", "revised_prompt": "A grey cat"}]}
SHOWN_AS_URL = "![Generated Image](https://x.example/1.png)\n\n*Revised prompt: A grey cat*"
SHOWN_AS_DATA = f"![Generated Image](data:image/png;base64,{PIXEL})"


@pytest.mark.parametrize(
    ("provider", "model", "answer", "path", "shown"),
    [
        ("azure", "dall-e-3", DREW_A_URL, "/openai/deployments/pictures/images/generations", SHOWN_AS_URL),
        ("Vendor", "dall-e-3", DREW_A_URL, "/v1/images/generations", SHOWN_AS_URL),
        (
            "Vendor",
            "gpt-image-1",
            {"created": 1, "data": [{"b64_json": PIXEL}], "output_format": "png", "usage": {"total_tokens": 9}},
            "/v1/images/generations",
            SHOWN_AS_DATA,
        ),
        (
            "gemini",
            "imagen-4.0-generate-001",
            {"predictions": [{"bytesBase64Encoded": PIXEL, "mimeType": "image/png"}]},
            "/v1beta/models/imagen-4.0-generate-001:predict",
            SHOWN_AS_DATA,
        ),
        (
            "GEMINI",
            "gemini-2.5-flash-image",
            {
                "candidates": [
                    {
                        "content": {
                            "role": "model",
                            "parts": [{"inlineData": {"mimeType": "image/png", "data": PIXEL}}],
                        },
                        "finishReason": "STOP",
                    }
                ]
            },
            "/v1beta/models/gemini-2.5-flash-image:generateContent",
            SHOWN_AS_DATA,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" not in value and "(" not in value else "",
)
def test_every_vendors_images_come_in_the_same_stream(
    chat_server: Patchbay, upstream: Upstream, provider: str, model: str, answer: dict, path: str, shown: str
) -> None:
    upstream.answer_with(json_answer(answer))
    body = {"messages": HI, "mode": "image", "provider": provider, "model": model}
    (_, begin), *texts, step, end = parts(ask(chat_server, body))
    assert "messageId" in begin
    assert texts == [("0", shown)]
    assert (step[0], end) == ("e", ("d", {"finishReason": "stop", "usage": ZERO}))
    sent = upstream.wait_for_request()
    assert sent.target.partition("?")[0] == path
    assert PROMPT in sent.body.decode()


@pytest.mark.parametrize("provider", ["azure", "Vendor"])
def test_an_image_is_asked_for_in_the_words_of_its_model(
    chat_server: Patchbay, upstream: Upstream, provider: str
) -> None:
    """The newer models refuse what the older ones are told when nobody says how an image should be."""
    upstream.answer_with(json_answer({"created": 1, "data": [{"b64_json": PIXEL}]}))
    asked = {}
    for model in ("dall-e-3", "gpt-image-1"):
        body = {"messages": HI, "mode": "image", "provider": provider, "model": model}
        assert parts(ask(chat_server, body))
        asked[model] = upstream.requests[-1].json()
    old, new = asked["dall-e-3"], asked["gpt-image-1"]
    assert (old["size"], old["quality"], old["style"], old["n"]) == ("1024x1024", "standard", "vivid", 1)
    assert "style" not in new and "response_format" not in new
    assert new.get("quality") != "standard"
    assert (new["prompt"], new["size"]) == (PROMPT, "1024x1024")


def test_an_image_in_base64_becomes_a_data_url_in_every_protocol(
    chat_server: Patchbay, upstream: Upstream
) -> None:
    upstream.answer_with(json_answer({"created": 1, "data": [{"b64_json": PIXEL}]}))
    body = {"messages": HI, "mode": "image", "model": "vendor-image"}
    url = f"data:image/png;base64,{PIXEL}"
    markdown = f"![Generated Image]({url})"
    assert ("0", markdown) in parts(ask(chat_server, body))
    lines = ask(chat_server, body, "/chat?stream_protocol=json-lines").body.decode().split("\n")
    assert json.loads(lines[0]) == {"content": markdown}
    files = [
        each for each in events(ask(chat_server, body, "/chat?stream_protocol=ui"))[:-1] if each["type"] == "file"
    ]
    assert files == [{"type": "file", "url": url, "mediaType": "image/png"}]
    seen = events(ask(chat_server, body, "/chat?stream_protocol=openai"))[:-1]
    images = [image for chunk in seen for image in chunk["choices"][0]["delta"].get("images", [])]
    assert images == [{"type": "image_url", "image_url": {"url": url}}]
