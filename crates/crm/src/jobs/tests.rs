//! Who holds a job, and who does not any more.

use super::runner;
use super::*;
use crate::app::{App, Settings};
use crate::message::Request;
use crate::setup::{NewCompany, create_company};
use penstock_cluster::Cluster;
use penstock_model::Clock;
use penstock_store::Target;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

#[derive(Default)]
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::Relaxed))
    }
}

const TOKEN: &str = "0000000000000000000000000000000000000001";

struct World {
    app: Arc<App>,
    clock: Arc<SetClock>,
    company: CompanyId,
}

async fn each(directory: &TempDir) -> Vec<World> {
    let mut worlds = Vec::new();
    let database = Cluster::shared().unwrap().database().unwrap();
    for target in [Target::Directory(directory.path().to_owned()), Target::Postgres(database)] {
        let store = Arc::new(Store::open(&target).await.unwrap());
        store.migrate().await.unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(1_700_000_000_000)));
        let new = NewCompany {
            name: "Acme".to_owned(),
            domain: "acme".to_owned(),
            currency: "EUR".to_owned(),
            timezone: "Europe/Tallinn".to_owned(),
            admin_name: "Ann".to_owned(),
            admin_email: "ann@example.com".to_owned(),
            admin_password: "open sesame".to_owned(),
            api_token: TOKEN.to_owned(),
        };
        let company = create_company(&store, &*clock, new).await.unwrap();
        let app = App::open(store, clock.clone(), Settings::default()).await.unwrap();
        worlds.push(World { app, clock, company });
    }
    worlds
}

impl World {
    async fn post(&self, path: &str, body: serde_json::Value) -> serde_json::Value {
        let request = Request {
            method: "POST".to_owned(),
            path: path.to_owned(),
            api_token: Some(TOKEN.to_owned()),
            content_type: Some("application/json".to_owned()),
            body: body.to_string().into_bytes(),
            ..Request::default()
        };
        let response = self.app.handle(request).await;
        serde_json::from_slice::<serde_json::Value>(&response.body).unwrap()["data"].take()
    }

    /// Starts the conversion of a new lead.
    async fn conversion(&self) -> String {
        let person = self.post("/api/v2/persons", json!({"name": "Mary"})).await["id"].clone();
        let lead = self.post("/v1/leads", json!({"title": "Pump", "person_id": person})).await["id"].clone();
        let path = format!("/api/v2/leads/{}/convert/deal", lead.as_str().unwrap());
        self.post(&path, json!({})).await["conversion_id"].as_str().unwrap().to_owned()
    }

    async fn deals(&self) -> i64 {
        let mut sql = Sql::new("SELECT COUNT(*) FROM deals WHERE company_id = ");
        sql.bind(self.company);
        self.app.store().rows(sql, Weight::Light, 1).await.unwrap()[0][0].as_int().unwrap()
    }

    fn pass(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_job_has_one_holder_at_a_time() {
    let directory = TempDir::new().unwrap();
    for world in each(&directory).await {
        let id = world.conversion().await;
        let app = &world.app;
        let first = app.take_job(world.company, &id).await.unwrap().unwrap();
        assert_eq!(app.run_jobs().await.unwrap(), 0, "it is held");

        // The first holder hangs for longer than it may, and somebody else takes over.
        world.pass(runner::LEASE_MILLIS + 1);
        let second = app.take_job(world.company, &id).await.unwrap().unwrap();
        assert_eq!((first.attempts, second.attempts), (1, 2));
        app.do_job(&first).await.unwrap();
        assert_eq!(world.deals().await, 0, "who has lost the job does nothing");
        let end = first.end(Status::Completed, &json!({}), world.clock.now());
        assert!(matches!(app.store().execute(vec![end]).await, Err(StoreError::Conflict)));

        app.do_job(&second).await.unwrap();
        assert_eq!(world.deals().await, 1);
        let done = read(app.store(), world.company, &id).await.unwrap().unwrap();
        assert_eq!((done.status, done.result), (Status::Completed, json!({"deal_id": 1})));
        assert!(app.take_job(world.company, &id).await.unwrap().is_none(), "an ended job is never taken up again");
    }
}

#[tokio::test]
async fn of_many_who_want_a_job_one_gets_it() {
    let directory = TempDir::new().unwrap();
    for world in each(&directory).await {
        let id = world.conversion().await;
        let runs: Vec<_> = (0..8)
            .map(|_| {
                let app = world.app.clone();
                tokio::spawn(async move { app.run_jobs().await.unwrap() })
            })
            .collect();
        let mut taken = 0;
        for run in runs {
            taken += run.await.unwrap();
        }
        assert_eq!((taken, world.deals().await), (1, 1));
        assert_eq!(read(world.app.store(), world.company, &id).await.unwrap().unwrap().status, Status::Completed);
    }
}

#[tokio::test]
async fn a_failure_that_may_pass_is_tried_again_and_not_for_ever() {
    let directory = TempDir::new().unwrap();
    for world in each(&directory).await {
        let id = world.conversion().await;
        let app = &world.app;
        for attempt in 1..=runner::MAX_ATTEMPTS {
            let job = app.take_job(world.company, &id).await.unwrap().unwrap();
            assert_eq!(job.attempts, attempt);
            let after = app.after(&job, &crate::error::ApiError::Unavailable);
            app.store().execute(vec![after]).await.unwrap();
            assert_eq!(app.run_jobs().await.unwrap(), 0, "it rests");
            world.pass(runner::REST_MILLIS + 1);
        }
        let job = read(app.store(), world.company, &id).await.unwrap().unwrap();
        assert_eq!((job.status, world.deals().await), (Status::Failed, 0));
        world.pass(10 * 86_400_000);
        app.keep_house().await.unwrap();
        assert!(read(app.store(), world.company, &id).await.unwrap().is_none(), "ended jobs are forgotten");
    }
}
