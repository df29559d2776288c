# Two commands do everything: `make demo` builds and runs the main job, `make test` installs what the tests need and
# runs them all. The target folder lives in the user's cache, so that every checkout shares one build.

export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/linger/target
DEBUG := $(CARGO_TARGET_DIR)/debug/linger
RELEASE := $(CARGO_TARGET_DIR)/release/linger

.PHONY: demo test soak bench build debug web setup lint unit story readers crash fuzz sql shots wire

demo: build ## build everything and run the demo
	$(RELEASE) demo $(DEMO)

build: web ## the release binary, pages inside
	cargo build --release --locked -p linger

web: web/node_modules/.package-lock.json ## the pages
	cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --silent
	@touch $@

setup: ## what the tests need beyond Rust and Node
	bash scripts/setup.sh

test: setup web lint unit story readers crash fuzz ## everything that has to hold
	@echo "all of it holds"

lint: web
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cd web && npm run --silent check

# Always the whole workspace: another selection of packages has another selection of features and builds all anew.
debug: web
	cargo build --workspace --locked

unit: debug
	cargo test --workspace --locked

story: debug ## the evening in a real browser, over real sockets
	LINGER_BIN=$(DEBUG) bash scripts/story.sh

readers: debug ## what is kept, read by DuckDB and ClickHouse
	LINGER_BIN=$(DEBUG) bash scripts/readers.sh

crash: debug ## kill -9 under load; CRASHES says how often
	LINGER_BIN=$(DEBUG) $(DEBUG) bench crash --runs $(or $(CRASHES),5)

fuzz: debug ## whatever the document allows, as everybody who may come: no fault, no answer that is not stated
	LINGER_BIN=$(DEBUG) bash scripts/fuzz.sh

# A build of its own, unoptimised: DataFusion is in no other lane.
sql: web ## SQL over all events, by DataFusion
	cargo clippy --locked --profile sql -p linger -p linger-sql --features linger/datafusion --all-targets -- -D warnings
	cargo test --locked --profile sql -p linger --features datafusion --test sql --test tidy

soak: web ## the long forms: thousands of seeds, a hundred kills
	cargo build --release --locked -p linger
	LINGER_SEEDS=5000 cargo test --release --locked -p linger-room
	LINGER_TRIALS=10000 cargo test --release --locked -p linger-stats --test known_truth -- --nocapture
	LINGER_KILLS=100 cargo test --release --locked -p linger-events --test killed
	LINGER_KILLS=100 cargo test --release --locked -p linger-history --test import killed
	for run in $$(seq 20); do $(RELEASE) bench ingest --seconds 4 --kill || exit 1; done
	$(RELEASE) bench crash --runs 100
	$(RELEASE) sim loop --hold --shows 400 --hosts 200 --repeat 2000 --alone 100
	$(RELEASE) sim loop --hold --shows 400 --hosts 200 --repeat 2000 --alone 0 --effects zero
	for design in switchback viewer; do for effects in default zero; do \
		$(RELEASE) sim loop --hold --design $$design --effects $$effects --repeat 2000 --alone 0 || exit 1; done; done
	for seed in 1 2 3 4; do LINGER_BIN=$(RELEASE) FUZZ_CASES=100 FUZZ_SEED=$$seed bash scripts/fuzz.sh || exit 1; done

bench: build ## first figures beside the peers that can be installed here
	bash bench/run.sh

wire: debug ## the types of the pages, from the server's own document
	$(DEBUG) openapi > web/wire/openapi.json
	cd web && npm run --silent wire

shots: build ## screenshots for the documents
	LINGER_BIN=$(RELEASE) bash scripts/shots.sh
