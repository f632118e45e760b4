"""The balance, in both ways that CometAPI answers it. The money is made up."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lipsync.sandbox.api import Api


def account_routes(api: Api) -> list[Route]:
    """The routes of the balance."""

    async def quota(request: Request, _body: bytes, _post: int) -> Response:
        api.counts["balance"] += 1
        account = api.account_of_key(request.query_params.get("key", ""))
        spent, tasks = api.store.spent_usd(account)
        left = round(api.options.balance_usd - spent, 6)
        reply = {
            "username": "sandbox",
            "total_quota": left,
            "total_used_quota": round(spent, 6),
            "request_count": tasks,
            "keys": [{"name": "sandbox", "remain_quota": left, "used_quota": round(spent, 6)}],
        }
        return JSONResponse(reply)

    async def subscription(request: Request, _body: bytes, _post: int) -> Response:
        api.counts["balance"] += 1
        api.account(request)
        limit = api.options.balance_usd
        reply = {
            "object": "billing_subscription", "has_payment_method": True, "soft_limit_usd": limit,
            "hard_limit_usd": limit, "system_hard_limit_usd": limit, "access_until": 0,
        }  # fmt: skip
        return JSONResponse(reply)

    async def usage(request: Request, _body: bytes, _post: int) -> Response:
        api.counts["balance"] += 1
        spent, _ = api.store.spent_usd(api.account(request))
        return JSONResponse({"object": "list", "total_usage": round(spent * 100, 4)})

    return [
        Route("/user/quota", api.endpoint("balance", quota), methods=["GET"]),
        Route("/v1/dashboard/billing/subscription", api.endpoint("balance", subscription), methods=["GET"]),
        Route("/v1/dashboard/billing/usage", api.endpoint("balance", usage), methods=["GET"]),
    ]
