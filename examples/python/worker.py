"""A worker for Howdah with Python's standard library alone: leases jobs over HTTP, runs one at a time, stops in order.
HOWDAH_URL=http://127.0.0.1:3000 WORKER_TOKEN=... python3 worker.py"""
import http.client, json, os, signal, socket, threading, time
from urllib import error, request

HEADERS = {"Authorization": f"Bearer {os.environ['WORKER_TOKEN']}", "Content-Type": "application/json"}
NAME = os.environ.get("WORKER_NAME", f"{socket.gethostname()}-{os.getpid()}")
stopping = threading.Event()


class Failure(Exception):
    """What becomes of the job: Failure("busy", outcome="snooze", after="10m"); retry, discard, cancel, snooze or return."""
    def __init__(self, message, **said):
        super().__init__(message)
        self.said = said


def count_words(payload, job, should_stop):
    if should_stop.wait(payload.get("seconds", 0)):  # stands for work that takes its time
        raise Failure("told to stop")
    return {"words": len(payload["text"].split())}


TASKS = {"count_words": count_words}


def call(method, path, body=None):
    """The answer of the API. What was not answered is sent again: nothing is done twice by that."""
    asked = request.Request(os.environ["HOWDAH_URL"] + path, json.dumps(body).encode(), HEADERS, method=method)
    for pause in (0.1, 0.5, 1, 2, 5, 10):
        try:
            with request.urlopen(asked, timeout=60) as answer:
                return json.loads(answer.read() or "null")
        except (OSError, http.client.HTTPException) as trouble:
            if isinstance(trouble, error.HTTPError) and trouble.code < 500 and trouble.code != 429:
                trouble.msg += f": {trouble.read().decode()}"  # which fields, and what is expected of them
                raise
        time.sleep(pause)
    raise ConnectionError(f"no answer from {path}")


def beat(lease, job, over, should_stop):
    try:
        while not over.wait(lease["duration_ms"] / 3000):
            told = call("POST", f"/v1/leases/{lease['id']}/heartbeat", {"runs": [job["run"]]})
            if told["cancelled"] or told["lost"]:
                should_stop.set()
    except OSError:  # the lease is over, or the API out of reach: others may have the job by now
        should_stop.set()


def run(lease, job):
    over, should_stop = threading.Event(), threading.Event()
    threading.Thread(target=beat, args=(lease, job, over, should_stop), daemon=True).start()
    path = f"/v1/leases/{lease['id']}/runs/{job['run']}"
    try:
        ended = call("POST", f"{path}/complete", {"result": TASKS[job["task"]](job["payload"], job, should_stop)})
    except Exception as thrown:  # by the task; or its result is no JSON, or too large
        message = str(thrown).encode(errors="replace").decode().replace("\0", "?")[:4000]
        told = {"error": {"name": type(thrown).__name__, "message": message}, **getattr(thrown, "said", {})}
        ended = call("POST", f"{path}/fail", told)
    finally:
        over.set()
    print(job["id"], ended["job"]["state"], flush=True)


def main():
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopping.set())
    lease, wanted = None, {"worker": NAME, "tasks": list(TASKS), "duration": os.environ.get("LEASE", "30s")}
    while not stopping.is_set():
        path, body = (f"/v1/leases/{lease['id']}/take", {"runs": []}) if lease else ("/v1/leases", wanted)
        try:
            taken = call("POST", path, {**body, "wait": "2s"})
            lease = taken["lease"]
            for job in taken["jobs"]:
                run(lease, job)
        except OSError as trouble:
            if getattr(trouble, "code", 409) != 409:
                raise
            lease = None  # it is over, or nobody answers
    if lease:
        call("DELETE", f"/v1/leases/{lease['id']}")


if __name__ == "__main__":
    main()
