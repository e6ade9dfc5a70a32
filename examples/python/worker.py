"""A worker for Howdah with Python's standard library alone: leases jobs over HTTP, runs one at a time, stops in order.
HOWDAH_URL=http://127.0.0.1:3000 WORKER_TOKEN=... python3 worker.py"""
import http.client, json, os, signal, socket, threading, time, urllib.request

HEADERS = {"Authorization": f"Bearer {os.environ['WORKER_TOKEN']}", "Content-Type": "application/json"}
NAME = os.environ.get("WORKER_NAME", f"{socket.gethostname()}-{os.getpid()}")


class Failure(Exception):
    """What becomes of the job: Failure("busy", outcome="snooze", after="10m"); retry, discard, cancel, snooze or return."""
    def __init__(self, message, **said):
        self.args, self.said = (message,), said


def count_words(payload, job, should_stop):
    if should_stop.wait(payload.get("seconds", 0)):  # stands for work that takes its time
        raise Failure("told to stop")
    return {"words": len(payload["text"].split())}


TASKS = {"count_words": count_words}


def call(method, path, body=None):
    """The answer of the API. What was not answered is sent again: nothing is done twice by that."""
    asked = urllib.request.Request(os.environ["HOWDAH_URL"] + path, json.dumps(body).encode(), HEADERS, method=method)
    for pause in (0.1, 0.5, 1, 2, 5, 10):
        try:
            return json.loads(urllib.request.urlopen(asked, timeout=60).read() or "null")
        except (OSError, http.client.HTTPException) as trouble:
            if getattr(trouble, "code", 500) < 500 and trouble.code != 429:
                trouble.msg += f": {trouble.read().decode()}"  # which fields, and what is expected of them
                raise
        time.sleep(pause)
    raise ConnectionError(f"no answer from {path}")


def beat(path, every, run, over, should_stop):
    try:
        while not over.wait(every):
            told = call("POST", f"{path}/heartbeat", {"runs": [run]})
            if told["cancelled"] or told["lost"]:
                should_stop.set()
    except OSError:  # the lease is over, or the API out of reach: others may have the job by now
        should_stop.set()


def work(path, lease, job):
    over, should_stop, run = threading.Event(), threading.Event(), job["run"]
    threading.Thread(target=beat, args=(path, lease["duration_ms"] / 3000, run, over, should_stop), daemon=True).start()
    try:
        done = {"result": TASKS[job["task"]](job["payload"], job, should_stop)}
        ended = call("POST", f"{path}/runs/{run}/complete", done)
    except Exception as thrown:  # by the task; or its result is no JSON, or too large
        message = str(thrown).encode(errors="replace").decode().replace("\0", "?")[:4000]
        told = {"error": {"name": type(thrown).__name__, "message": message}, **getattr(thrown, "said", {})}
        ended = call("POST", f"{path}/runs/{run}/fail", told)
    finally:
        over.set()
    print(job["id"], ended["job"]["state"], flush=True)


def main():
    stopping, path = threading.Event(), None
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopping.set())
    new = {"worker": NAME, "tasks": list(TASKS), "duration": os.environ.get("LEASE", "30s"), "wait": "2s"}
    while not stopping.is_set():
        try:
            taken = call("POST", f"{path}/take", {"runs": [], "wait": "2s"}) if path else call("POST", "/v1/leases", new)
            path = f"/v1/leases/{taken['lease']['id']}"
            for job in taken["jobs"]:
                work(path, taken["lease"], job)
        except OSError as trouble:
            if getattr(trouble, "code", 409) != 409:
                raise
            path = None  # the lease is over, or nobody answers
    if path:
        call("DELETE", path)


if __name__ == "__main__":
    main()
