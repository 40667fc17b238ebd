-- The job as an expert writes it by hand: the fastest of those tried (row_number over one or all columns, arg_max of
-- columns and of structs, distinct on, a window over the duplicates alone, a statement for each day). The window goes by
-- time first, which leaves the rows of a minute side by side; the gold tables read what was stored.
set preserve_insertion_order = false;

copy (
    with readings as (
        select device_id, ts, try_cast(value as double) as reading, battery, firmware, received_at
        from '{data}/events/*.parquet'
        where ts is not null and status is distinct from 'test' and try_cast(value as double) between -50 and 150
        qualify row_number() over (
            partition by ts, device_id
            order by received_at desc, reading desc, battery desc, firmware desc
        ) = 1
    )
    select r.*, d.device_type, s.region, cast(ts as date) as day
    from readings r
    join '{data}/devices.parquet' d using (device_id)
    left join '{data}/sites.parquet' s using (site_id)
) to '{data}/expert/readings' (format parquet, partition_by (day));

copy (
    select
        device_type,
        date_trunc('minute', ts) as minute,
        count(*) as readings,
        count(distinct device_id) as devices,
        avg(reading) as mean,
        max(reading) as highest,
        quantile_cont(reading, 0.95) as p95
    from read_parquet('{data}/expert/readings/*/*.parquet', hive_partitioning = true)
    group by all
) to '{data}/expert/per_minute.parquet' (format parquet);

copy (
    select
        day,
        region,
        count(*) as readings,
        count(distinct device_id) as devices,
        avg(reading) as mean,
        min(battery) as lowest_battery
    from read_parquet('{data}/expert/readings/*/*.parquet', hive_partitioning = true)
    group by all
    order by all
) to '{data}/expert/per_day.parquet' (format parquet);
