"""Checks that tell whether a component keeps what its kind promises.

``parametrize_with_checks`` makes tests of them for pytest, ``run_checks`` runs them without,
and ``takens check PLUGIN`` does so on the command line. Every check is a plain function that
takes a component and raises where a promise is not kept.
"""

from takens._protocols.metric import SupportsBest as SupportsBest
from takens.testing.backends import (
    check_backend_declines_what_is_hard as check_backend_declines_what_is_hard,
    check_backend_iterates as check_backend_iterates,
    check_backend_protocol as check_backend_protocol,
    check_backend_solves as check_backend_solves,
)
from takens.testing.datasets import (
    check_dataset_protocol as check_dataset_protocol,
    check_dataset_refuses_what_is_no_data as check_dataset_refuses_what_is_no_data,
    check_reading as check_reading,
)
from takens.testing.devices import (
    check_device_policy_chooses as check_device_policy_chooses,
    check_device_policy_protocol as check_device_policy_protocol,
)
from takens.testing.failure import (
    Check as Check,
    CheckFailedError as CheckFailedError,
)
from takens.testing.figures import (
    check_figure_draws as check_figure_draws,
    check_figure_protocol as check_figure_protocol,
    check_portrait_draws as check_portrait_draws,
    check_portrait_protocol as check_portrait_protocol,
)
from takens.testing.integrators import (
    check_integrator_batch_is_pointwise as check_integrator_batch_is_pointwise,
    check_integrator_goes_back as check_integrator_goes_back,
    check_integrator_gradient as check_integrator_gradient,
    check_integrator_gradient_modes_agree as check_integrator_gradient_modes_agree,
    check_integrator_leaves_its_input_alone as check_integrator_leaves_its_input_alone,
    check_integrator_protocol as check_integrator_protocol,
    check_integrator_refuses_unordered_times as check_integrator_refuses_unordered_times,
    check_integrator_shape_and_dtype as check_integrator_shape_and_dtype,
    check_integrator_solves as check_integrator_solves,
    check_stepper_order as check_stepper_order,
    check_stepper_step_is_solve as check_stepper_step_is_solve,
    check_stepper_transforms as check_stepper_transforms,
)
from takens.testing.kernels import (
    check_kernel_diagonal as check_kernel_diagonal,
    check_kernel_is_a_covariance as check_kernel_is_a_covariance,
    check_kernel_is_differentiable as check_kernel_is_differentiable,
    check_kernel_protocol as check_kernel_protocol,
    check_kernel_shape_and_dtype as check_kernel_shape_and_dtype,
)
from takens.testing.making import (
    Subject as Subject,
    registered as registered,
)
from takens.testing.metrics import (
    check_dynamics_metric_agrees_with_facts as check_dynamics_metric_agrees_with_facts,
    check_dynamics_metric_probes as check_dynamics_metric_probes,
    check_dynamics_metric_survives_divergence as check_dynamics_metric_survives_divergence,
    check_metric_is_best_on_identical_series as check_metric_is_best_on_identical_series,
    check_metric_is_repeatable as check_metric_is_repeatable,
    check_metric_protocol as check_metric_protocol,
    check_metric_reference as check_metric_reference,
    check_metric_survives_divergence as check_metric_survives_divergence,
    check_metric_tells_series_apart as check_metric_tells_series_apart,
)
from takens.testing.models import (
    check_model_batch_is_pointwise as check_model_batch_is_pointwise,
    check_model_closed_form as check_model_closed_form,
    check_model_config as check_model_config,
    check_model_ensemble as check_model_ensemble,
    check_model_forcing_signal as check_model_forcing_signal,
    check_model_forcing_twice_is_forcing_once as check_model_forcing_twice_is_forcing_once,
    check_model_free_run as check_model_free_run,
    check_model_functional_call as check_model_functional_call,
    check_model_jacobian as check_model_jacobian,
    check_model_leaves_its_input_alone as check_model_leaves_its_input_alone,
    check_model_protocol as check_model_protocol,
    check_model_seed as check_model_seed,
    check_model_shapes_and_dtypes as check_model_shapes_and_dtypes,
    check_model_state_dict as check_model_state_dict,
    check_model_tangent as check_model_tangent,
    check_model_units as check_model_units,
)
from takens.testing.parametrize import (
    parametrize_with_checks as parametrize_with_checks,
)
from takens.testing.plugins import (
    check_claims_are_true as check_claims_are_true,
    check_components_can_be_made as check_components_can_be_made,
    check_manifest_is_light as check_manifest_is_light,
    check_parameters_are_the_constructors as check_parameters_are_the_constructors,
    check_plugin_is_loaded as check_plugin_is_loaded,
    check_public_names_only as check_public_names_only,
    check_summaries as check_summaries,
    check_targets_can_be_imported as check_targets_can_be_imported,
)
from takens.testing.running import (
    Outcome as Outcome,
    examine as examine,
    run_checks as run_checks,
)
from takens.testing.schemes import (
    check_direct_scheme as check_direct_scheme,
    check_direct_scheme_learns as check_direct_scheme_learns,
    check_layer_scheme_learns as check_layer_scheme_learns,
    check_layer_scheme_repeats as check_layer_scheme_repeats,
    check_scheme_adapting as check_scheme_adapting,
    check_scheme_ensembles as check_scheme_ensembles,
    check_scheme_forcing_report as check_scheme_forcing_report,
    check_scheme_gradient_is_the_derivative as check_scheme_gradient_is_the_derivative,
    check_scheme_gradient_reaches_every_weight as check_scheme_gradient_reaches_every_weight,
    check_scheme_learns as check_scheme_learns,
    check_scheme_leaves_its_input_alone as check_scheme_leaves_its_input_alone,
    check_scheme_loss as check_scheme_loss,
    check_scheme_order_of_windows as check_scheme_order_of_windows,
    check_scheme_protocol as check_scheme_protocol,
    check_scheme_state as check_scheme_state,
)
from takens.testing.selection import (
    check_can_be_made as check_can_be_made,
    checks_for as checks_for,
    kind_of as kind_of,
)
from takens.testing.systems import (
    check_jacobian as check_jacobian,
    check_system_batch_is_pointwise as check_system_batch_is_pointwise,
    check_system_can_be_simulated as check_system_can_be_simulated,
    check_system_facts as check_system_facts,
    check_system_facts_hold as check_system_facts_hold,
    check_system_is_a_value as check_system_is_a_value,
    check_system_leaves_its_input_alone as check_system_leaves_its_input_alone,
    check_system_protocol as check_system_protocol,
    check_system_shape_and_dtype as check_system_shape_and_dtype,
    check_system_transforms as check_system_transforms,
    check_tangent as check_tangent,
)
